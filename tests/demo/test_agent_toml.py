"""The generated configuration is what the agent reads."""

import tomllib
from pathlib import Path

from guildpost_agent.config import load_config
from guildpost_demo.network.agent_toml import Surroundings, agent_toml
from guildpost_demo.network.dealers import dealers

AROUND = Surroundings(
    drop_folder=Path("/x/dms"),
    letters_folder=Path("/x/letters"),
    smtp_host="localhost",
    smtp_port=2525,
    smtp_ca_file=Path("/x/ca.pem"),
    relay_url="https://localhost:8443",
    relay_ca_file=Path("/x/ca.pem"),
)


def test_every_dealerships_configuration_is_accepted_by_the_agent(tmp_path: Path) -> None:
    for profile in dealers():
        (tmp_path / "agent.toml").write_text(agent_toml(profile, AROUND), encoding="utf-8")
        config = load_config(tmp_path)
        assert (profile.name, profile.place.state) == (config.dealer.name, config.dealer.state)
        assert profile.weekly_budget_cents == config.figures.weekly_budget_cents


def test_quotes_and_umlauts_survive() -> None:
    text = agent_toml(dealers()[0], AROUND)
    assert "Autohaus Häberle e. K." == tomllib.loads(text)["dealer"]["legal_name"]
