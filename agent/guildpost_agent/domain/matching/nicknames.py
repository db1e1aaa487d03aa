"""What people are called, and the formal name behind it: German and English call names in common use."""

from typing import Final

_GROUPS: Final = """
alexander alex sascha sandro xander; andreas andi andy; anton toni tony; benjamin ben benny benni; bernhard bernd;
christian chris christoph christopher kit; daniel dani danny dan; dieter didi; dominik dominic nick; eduard edward ed
eddie eddy edi ted; ferdinand ferdi; franz francis frank franzl; friedrich fritz frederick fred freddie; georg george
schorsch; gerhard gerd; guenther guenter; hans johannes johann jan hannes john jonathan jon johnny jack; heinrich
heinz heiner heini henry harry hank; helmut helmuth; jakob jacob jake james jim jimmy jamie; joachim jochen achim;
josef joseph joe sepp jupp josh joey; juergen; karl carl charles charlie chuck; klaus claus nikolaus niko nico
nicholas nicolas nicky; konrad conrad kurt curt; leonhard leon leo leonard; ludwig lutz louis lewis; manfred manni
fredi; martin marty; matthias mathias hias matze matthew matt; maximilian max; michael michi mike micha mick mickey;
oskar oscar; oliver olli ollie; patrick pat paddy; peter pete; philipp philip phil phillip; raimund raymond ray;
reinhard reiner rainer; richard rick dick richie rich; robert rob bob bobby robbie bert; rudolf rudi rolf; samuel sam
sammy; sebastian basti seb bastian; siegfried siggi; stefan stephan steffen stephen steven steve; theodor theo
theodore; thomas tom tommy; tobias tobi toby; ulrich uli ulli; uwe; volker; walter walther walt; werner; wilhelm willi
willy william will bill billy liam; wolfgang wolf wolfi; anthony ant; david dave davey; gregory greg; kenneth ken;
lawrence larry; ronald ron ronnie; timothy tim tim; donald don; arthur art; albert al bertie; alfred alf alfie;
angelika angie angela; anna anne anni anja annie ann annette hanna hannah; barbara babsi barb bärbel baerbel; birgit
brigitte gitte gitti; charlotte lotte lottie charly; christine christina tina christa chrissie; claudia; cornelia conny
conni; dorothea doris dora dorothy dot; elisabeth elizabeth lisa elise lisbeth liz lizzie beth betty sissi elsa eliza
libby; erika rika; eva evi eve; franziska franzi frances fran; gabriele gabi gaby gabriela; gertrud trude; gisela gisi;
hannelore hanne lore; helene lena leni helen helena ellen nell; hildegard hilde; ingeborg inge ingrid; irmgard irma;
johanna jo hanni joan; katharina kathi kati kathrin katrin katja katherine kate catherine kathy katie cathy kitty;
magdalena magda maddie madeleine; margarete margret grete gretel gretchen margaret maggie meg peggy greta rita; maria
marie mary mia molly; monika moni; nicole nicki; patricia tricia patty; petra; regina gina; renate rena; rosemarie rosi
rosa rose; sabine bine; sandra sandy; sophie sofie sophia sofia; stefanie steffi stephanie steph; susanne susi suse
susan sue susanna susie; therese theresa resi teresa terry tess; ursula uschi ulla; veronika vroni veronica; viktoria
vicky vicki victoria; waltraud traudl; wilhelmina mina; jennifer jenny jen; jessica jess jessie; judith judy; deborah
debbie deb; abigail abby gail; amanda mandy; eleanor ellie nora eleonore; emilia emily emma em emmy; florence flo;
isabella bella isabel izzy isabelle; jacqueline jackie; josephine josie; pamela pam; rebecca becky; samantha sam;
evelyn evie; gwendolyn gwen; lillian lily lilly lilli; olivia liv livvy
"""
_FORMAL: Final = {name: group.split()[0] for group in reversed(_GROUPS.split(";")) for name in group.split()}


def formal_name(word: str) -> str:
    """Give the formal name of a call name; one that is nobody's call name stays as it is."""
    return _FORMAL.get(word, word)
