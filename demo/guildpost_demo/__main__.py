from guildpost_demo.cli import main

main()
