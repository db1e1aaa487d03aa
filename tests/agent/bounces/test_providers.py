"""What single providers and servers answer means what their own documentation says, whoever reports it."""

import pytest

from guildpost_agent.domain.bounces.classify import classify
from guildpost_agent.domain.bounces.finding import BounceClass
from tests.agent.bounces.notices import TO, exim, postfix, report

RCPT, MAIL, DATA = "RCPT TO", "MAIL FROM", "end of DATA"
Answers = tuple[tuple[str, str, str], ...]

ANSWERS: dict[str, Answers] = {
    "Exchange and Microsoft 365": (
        ("550 5.1.1 RESOLVER.ADR.RecipNotFound; not found", RCPT, "userunknown"),
        ("550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", RCPT, "userunknown"),
        ("550 5.4.1 Recipient address rejected: Access denied. AS(201806281)", RCPT, "userunknown"),
        ("554 5.2.2 STOREDRV.Deliver.Exception:QuotaExceededException.MapiExceptionShutoffQuota", DATA, "mailboxfull"),
        ("550 5.3.4 ROUTING.SizeLimit; message size exceeds fixed maximum size for route", DATA, "mesgtoobig"),
        ("550 5.2.3 RESOLVER.RST.RecipSizeLimit; message too large for this recipient", DATA, "exceedlimit"),
        ("550 5.7.1 RESOLVER.RST.NotAuthorized; not authorized", DATA, "rejected"),
        ("550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; restricted to authenticated", DATA, "rejected"),
        ("554 5.4.14 Hop count exceeded - possible mail loop ATTR34", DATA, "networkerror"),
        ("530 5.7.57 Client was not authenticated to send anonymous mail during MAIL FROM", MAIL, "securityerror"),
        ("550 5.7.64 TenantAttribution; Relay Access Denied", RCPT, "norelaying"),
        ("550 5.7.606 Access denied, banned sending IP [192.0.2.1]", RCPT, "blocked"),
        ("550 5.7.1 Service unavailable, Client host [192.0.2.1] blocked using Spamhaus.", RCPT, "blocked"),
        ("550 5.7.509 Access denied, sending domain x.example does not pass DMARC verification", DATA, "authfailure"),
        ("450 4.7.321 starttls-not-supported: the destination must support TLS", MAIL, "failedstarttls"),
        ("550 5.4.310 DNS domain kunde.example does not exist", RCPT, "hostunknown"),
        ("550 5.4.300 Message expired", DATA, "expired"),
        ("550 5.7.705 Access denied, tenant has exceeded threshold", DATA, "speeding"),
    ),
    "Outlook.com": (
        ("550 5.7.1 part of their network is on our block list (S3140)", MAIL, "blocked"),
        (
            "451 4.7.650 The mail server [192.0.2.1] has been temporarily rate limited due to IP reputation",
            MAIL,
            "blocked",
        ),
        ("550 5.5.0 Requested action not taken: mailbox unavailable", RCPT, "userunknown"),
    ),
    "Gmail": (
        ("550-5.1.1 The email account that you tried to reach does not exist. NoSuchUser", RCPT, "userunknown"),
        ("452-4.2.2 The recipient's inbox is out of storage space. OverQuotaTemp", RCPT, "mailboxfull"),
        ("550-5.2.1 The email account that you tried to reach is inactive.", RCPT, "suspend"),
        ("450-4.2.1 The user you are trying to contact is receiving mail too quickly.", RCPT, "speeding"),
        ("550-5.7.25 The IP address sending this message does not have a PTR record setup", DATA, "requireptr"),
        ("550-5.7.1 Our system has detected that this message is likely unsolicited mail.", DATA, "spamdetected"),
        ("550-5.7.1 due to the very low reputation of the sending domain", DATA, "badreputation"),
        ("552-5.7.0 This message was blocked because its content presents a potential issue", DATA, "policyviolation"),
        ("550-5.7.26 This mail is unauthenticated, which poses a security risk", DATA, "authfailure"),
        ("421-4.7.28 Gmail has detected an unusual rate of mail", DATA, "speeding"),
        ("550-5.7.29 This message was not sent over a TLS connection.", DATA, "failedstarttls"),
    ),
    "Yahoo and AOL": (
        ("554 delivery error: dd This user doesn't have a yahoo.com account", DATA, "userunknown"),
        ("421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to user complaints", MAIL, "rejected"),
        ("553 5.7.1 [BL21] Connections will not be accepted from 192.0.2.1", MAIL, "blocked"),
        ("554 5.7.9 Message not accepted for policy reasons.", DATA, "policyviolation"),
        ("554 5.7.1 (RLY:B1) http://postmaster.info.aol.com/errors/554rlyb1.html", DATA, "policyviolation"),
    ),
    "Apple": (
        ("554 5.7.1 [CS01] Message rejected due to local policy.", DATA, "policyviolation"),
        ("550 5.1.1 unknown or illegal alias: erika@me.example", RCPT, "userunknown"),
        ("550 5.1.6 recipient no longer on server: erika@me.example", RCPT, "hasmoved"),
        ("552 5.2.2 <erika@me.example>: user over quota", RCPT, "mailboxfull"),
    ),
    "GMX, web.de, IONOS": (
        ("554-No SMTP service\n    554 Bad DNS PTR resource record.", "HELO", "requireptr"),
        ("554-IP address is block listed.", "HELO", "blocked"),
        ("550 Requested action not taken: mailbox unavailable", RCPT, "userunknown"),
        ("552-Requested mail action aborted: exceeded message size", DATA, "mesgtoobig"),
        ("550-invalid DNS MX or A/AAAA resource record", MAIL, "rejected"),
    ),
    "Orange, La Poste, Free": (
        ("550 5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient. OFR_416", RCPT, "userunknown"),
        ("552 5.1.1 Boite du destinataire pleine. Recipient overquota. OFR_417", RCPT, "mailboxfull"),
        ("550 5.7.1 Service refuse. Veuillez essayer plus tard. OFR_108", "HELO", "blocked"),
        ("421 Too many connections, slow down. OFR004_104", "HELO", "toomanyconn"),
        ("550 5.7.1 Mail rejete. Mail rejected. ofr_506", DATA, "spamdetected"),
    ),
    "Cox, Comcast, AT&T": (
        ("554 cox 192.0.2.1 blocked - CXBL", "HELO", "blocked"),
        ("452 cox too many messages sent. CXMJ", RCPT, "speeding"),
        ("554 cox reverse lookup. CXDNS", "HELO", "requireptr"),
        ("421 comcast 192.0.2.1 RL000001 throttled", DATA, "speeding"),
        ("553 5.3.0 DNSBL:ATTRBL 521< 192.0.2.1 >_is_blocked. abuse_rbl@abuse-att.net", RCPT, "blocked"),
    ),
    "GoDaddy": (
        ("554 RBL Reject. IB007", "HELO", "blocked"),
        ("550 has sent to too many recipients this hour. IB607", RCPT, "speeding"),
        ("421 Temporarily rejected. Reverse DNS for 192.0.2.1 failed. IB108", "HELO", "requireptr"),
    ),
    "Facebook": (
        ("550 5.1.1 RCP-P1 http://postmaster.facebook.com/response_codes", RCPT, "userunknown"),
        ("550 5.1.1 RCP-P2 Refused due to recipient preferences", RCPT, "filtered"),
        ("554 5.7.1 POL-P2 http://postmaster.facebook.com/response_codes", DATA, "blocked"),
    ),
    "Mimecast": (
        ("550 csi.mimecast.org Poor Reputation Sender.", RCPT, "badreputation"),
        ("550 DMARC Sender Invalid - envelope rejected", DATA, "authfailure"),
        ("501 Open relay not allowed", RCPT, "norelaying"),
        ("554 Maximum email hops reached", DATA, "networkerror"),
    ),
    "Tencent": (
        ("550 Mail content denied. http://service.mail.qq.com", DATA, "spamdetected"),
        ("550 Ip frequency limited. http://service.mail.qq.com", DATA, "speeding"),
        ("550 Connection frequency limited. http://service.mail.qq.com", "HELO", "toomanyconn"),
        ("550 Mail is rejected by recipients", DATA, "filtered"),
    ),
    "Postfix": (
        (
            "550 5.1.1 <x@y.example>: Recipient address rejected: User unknown in virtual mailbox table",
            RCPT,
            "userunknown",
        ),
        ("450 4.2.0 <x@y.example>: Recipient address rejected: Greylisted for 300 seconds", RCPT, "blocked"),
        ("554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using bl.example.org", RCPT, "blocked"),
        ("450 4.7.1 Client host rejected: cannot find your reverse hostname, [192.0.2.1]", RCPT, "requireptr"),
        ("421 4.7.0 mx.example Error: too many connections from 192.0.2.1", "HELO", "toomanyconn"),
        ("450 4.7.1 Error: too much mail from 192.0.2.1", MAIL, "speeding"),
        ("552 5.3.4 Message size exceeds fixed limit", MAIL, "mesgtoobig"),
        ("553 5.1.8 <a@b.example>: Sender address rejected: Domain not found", MAIL, "rejected"),
    ),
    "filters": (
        ("550 5.7.1 This message contains a virus (Eicar-Test-Signature)", DATA, "virusdetected"),
        ("554 5.7.1 Message rejected as spam by Content Filtering.", DATA, "spamdetected"),
        (
            "554 Your access to this mail system has been rejected due to poor reputation of a domain",
            RCPT,
            "badreputation",
        ),
        ("550 5.7.0 SPF check failed: not permitted sender", MAIL, "authfailure"),
        ("552 5.7.0 Attachments with the extension exe are not allowed: banned attachment", DATA, "policyviolation"),
    ),
    "few words": (
        ("550 Mailbox unavailable", RCPT, "userunknown"),
        ("550 Invalid recipient", RCPT, "userunknown"),
        ("550 account not found", RCPT, "userunknown"),
        ("550 5.1.1 Address unknown", RCPT, "userunknown"),
        ("553 sorry, this recipient is not in my validrcptto list (#5.7.1)", RCPT, "userunknown"),
        ("550 cuda_nsu mailbox unavailable", RCPT, "userunknown"),
        ("554 5.7.1 Message blocked due to spam content in the message.", DATA, "spamdetected"),
        ("550 5.7.1 Email rejected per SPF policy", MAIL, "authfailure"),
        ("554 5.7.1 You are not allowed to connect.", "HELO", "blocked"),
        ("550 ESMTP not accepting connections", "HELO", "blocked"),
        ("452 4.1.1 x@y.example mailbox full", RCPT, "mailboxfull"),
        ("452 4.2.2 Over quota", RCPT, "mailboxfull"),
        ("552 Message size exceeds maximum permitted", MAIL, "mesgtoobig"),
        (
            "552 5.2.2 This message is larger than the current system limit or the recipient's mailbox is full.",
            DATA,
            "mailboxfull",
        ),
        ("550 Message too large", DATA, "mesgtoobig"),
        ("421 Try again later", "HELO", "blocked"),
        ("451 4.7.1 Greylisting in action, please come back later", RCPT, "blocked"),
        ("554 5.7.1 The file attachment x.zip is blocked", DATA, "policyviolation"),
        ("550 Blocked by DNSBL zen.spamhaus.org", RCPT, "blocked"),
        ("550 High probability of spam", DATA, "spamdetected"),
        ("554 Denied [BL]", "HELO", "blocked"),
        ("550 5.4.6 Too many hops", DATA, "networkerror"),
        ("451 4.4.1 Database temporarily unavailable", RCPT, "systemerror"),
        ("451 Temporary local problem - please try later", RCPT, "systemerror"),
        ("452 4.3.1 Insufficient system storage", DATA, "systemfull"),
        ("450 4.7.0 too many connections", "HELO", "toomanyconn"),
        ("421 4.7.0 Too many messages, slow down", RCPT, "speeding"),
        ("550 5.7.1 Command rejected: relaying denied", RCPT, "norelaying"),
        ("550 not local host y.example, not a gateway", RCPT, "norelaying"),
        ("530 Authentication required", MAIL, "securityerror"),
        ("530 5.5.1 Authentication Required", MAIL, "securityerror"),
        ("550 5.7.0 Must issue a STARTTLS command first", MAIL, "failedstarttls"),
        ("550 account is disabled", RCPT, "suspend"),
        ("550 user is inactive", RCPT, "suspend"),
        ("550 This account has been suspended", RCPT, "suspend"),
        ("550 5.2.1 mailbox is inactive", RCPT, "suspend"),
        ("554 Sender denied", MAIL, "rejected"),
        ("550 5.1.0 Sender rejected", MAIL, "rejected"),
        ("501 Invalid sender domain", MAIL, "rejected"),
        ("550 unknown host", RCPT, "hostunknown"),
        ("550 Host unknown", RCPT, "hostunknown"),
        ("550 Domain not found", RCPT, "hostunknown"),
        ("556 5.1.10 Domain does not accept mail", RCPT, "notaccept"),
        ("521 Host does not accept mail", "HELO", "notaccept"),
        ("500 5.5.2 unrecognized command", DATA, "syntaxerror"),
        ("550 5.7.1 RFC 5322 violation", DATA, "notcompliantrfc"),
        ("550 Reverse DNS lookup failed", "HELO", "requireptr"),
        ("554 virus found", DATA, "virusdetected"),
        ("554 infected with malware", DATA, "virusdetected"),
        ("550 Recipient has moved, please use new address <n@y.example>", RCPT, "hasmoved"),
        ("550 poor reputation", "HELO", "badreputation"),
        ("550 recipient refused your mail", DATA, "filtered"),
        ("550 rejected by recipient", DATA, "filtered"),
        ("550 5.7.1 does not have permission to post to group", RCPT, "rejected"),
        ("550 DMARC policy reject", DATA, "authfailure"),
        ("554 DKIM verification failed", DATA, "authfailure"),
        ("550 URL in message listed in SURBL", DATA, "spamdetected"),
        ("550 Your IP is on a blacklist", MAIL, "blocked"),
        ("553 your ip has been banned", "HELO", "blocked"),
        ("550 bad HELO", MAIL, "blocked"),
    ),
}
ROWS = [(maker, *row) for maker, rows in ANSWERS.items() for row in rows]
SERVERS = {
    "Exim": exim,
    "Postfix": postfix,
}


@pytest.mark.parametrize(("maker", "answer", "command", "reason"), ROWS, ids=[f"{m}: {a[:44]}" for m, a, _, _ in ROWS])
@pytest.mark.parametrize("server", SERVERS)
def test_an_answer_means_the_same_whoever_reports_it(
    server: str, maker: str, answer: str, command: str, reason: str
) -> None:
    asked = command.replace("RCPT TO", "RCPT TO:<x@y.example>") if server == "Exim" else command
    (found,) = classify(SERVERS[server](answer, asked))
    assert (TO, reason) == (found.recipient, found.reason), maker


@pytest.mark.parametrize(("maker", "answer", "command", "reason"), ROWS, ids=[f"{m}: {a[:44]}" for m, a, _, _ in ROWS])
def test_an_address_is_dead_only_by_what_concerns_the_address(
    maker: str, answer: str, command: str, reason: str
) -> None:
    (found,) = classify(postfix(answer, command))
    dead = reason in {"userunknown", "hostunknown", "hasmoved", "notaccept"}
    assert dead is (found.bounce_class is BounceClass.HARD), maker


REGISTRY = (
    ("5.1.1", "Bad destination mailbox address", "userunknown"),
    ("5.1.2", "Bad destination system address", "hostunknown"),
    ("5.1.3", "Bad destination mailbox address syntax", "userunknown"),
    ("5.1.6", "Destination mailbox has moved, No forwarding address", "hasmoved"),
    ("5.1.8", "Bad sender's system address", "rejected"),
    ("5.1.10", "Recipient address has null MX", "notaccept"),
    ("5.2.1", "Mailbox disabled, not accepting messages", "suspend"),
    ("5.2.2", "Mailbox full", "mailboxfull"),
    ("5.2.3", "Message length exceeds administrative limit", "exceedlimit"),
    ("5.3.1", "Mail system full", "systemfull"),
    ("5.3.2", "System not accepting network messages", "notaccept"),
    ("5.3.4", "Message too big for system", "mesgtoobig"),
    ("5.3.5", "System incorrectly configured", "systemerror"),
    ("5.4.1", "No answer from host", "expired"),
    ("5.4.3", "Directory server failure", "systemerror"),
    ("5.4.4", "Unable to route", "hostunknown"),
    ("5.4.6", "Routing loop detected", "networkerror"),
    ("5.4.7", "Delivery time expired", "expired"),
    ("5.5.4", "Invalid command arguments", "syntaxerror"),
    ("5.6.1", "Media not supported", "contenterror"),
    ("5.7.1", "Delivery not authorized, message refused", "securityerror"),
    ("5.7.5", "Cryptographic failure", "securityerror"),
    ("5.7.10", "Encryption Needed", "failedstarttls"),
    ("5.7.13", "User Account Disabled", "suspend"),
    ("5.7.17", "Mailbox owner has changed", "hasmoved"),
    ("5.7.20", "No passing DKIM signature found", "authfailure"),
    ("5.7.23", "SPF validation failed", "authfailure"),
    ("5.7.25", "Reverse DNS validation failed", "requireptr"),
    ("5.7.26", "Multiple authentication checks failed", "authfailure"),
    ("5.7.28", "Mail flood detected", "speeding"),
    ("5.7.30", "REQUIRETLS support required", "failedstarttls"),
)


@pytest.mark.parametrize(("status", "text", "reason"), REGISTRY, ids=[row[0] for row in REGISTRY])
@pytest.mark.parametrize("command", [RCPT, DATA])
def test_the_registry_s_own_words_mean_what_its_status_means(command: str, status: str, text: str, reason: str) -> None:
    answer = f"550 {status} <{TO}>: Recipient address rejected: {text}"
    assert [reason] == [one.reason for one in classify(postfix(answer, command, status=status))]


@pytest.mark.parametrize(
    ("category", "reason"),
    [
        ("bad-mailbox", "userunknown"),
        ("bad-domain", "hostunknown"),
        ("quota-issues", "mailboxfull"),
        ("spam-related", "spamdetected"),
        ("message-expired", "expired"),
        ("relaying-issues", "norelaying"),
    ],
)
def test_power_mta_s_category_counts_where_the_answer_says_nothing(category: str, reason: str) -> None:
    fields = f"Final-Recipient: rfc822; {TO}\nAction: failed\nStatus: 5.0.0\nX-PowerMTA-BounceCategory: {category}\n"
    assert [reason] == [one.reason for one in classify(report(fields))]
