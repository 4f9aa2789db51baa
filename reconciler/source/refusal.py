"""refusal: what git said when the other side refused in, the sentence for people out."""

import re

from compiler.errors import RosterError, TargetError, UsageError
from compiler.trees.git import first_line
from reconciler.source.revision import GitSource

USER_INFO = re.compile(r"([a-z+]+://)[^/\s@]*@", re.IGNORECASE)
ADDRESS = re.compile(r"[a-z+]+://\S+", re.IGNORECASE)
QUERY = re.compile(r"(https?://[^\s'\"?]+)\?[^\s'\"]*", re.IGNORECASE)

SIGNS: tuple[tuple[str, str, str], ...] = (
    (
        r"host key verification failed",
        "the ssh host key of {place} is not known",
        "check it and add it to known_hosts: ssh-keyscan HOST",
    ),
    (
        r"could not resolve host|failed to connect|couldn't connect|connection (refused|timed out|reset|closed)"
        r"|(recv|send|handshake) (error|failure)|network is unreachable"
        r"|no route to host|operation timed out|name or service not known|operation too slow",
        "{place} cannot be reached over the network",
        "check the network, the host's name and the proxy",
    ),
    (
        r"certificate",
        "the certificate of {place} is not trusted",
        "add its authority to git: git config --global http.sslCAInfo FILE",
    ),
    (
        r"authentication failed|could not read (username|password)|terminal prompts disabled|permission denied"
        r"|access denied|error: 40[13]|invalid (username|credentials)",
        "{place} refused the credentials, or has no such repository",
        "give a credential helper, a token in the URL, or an ssh key that may read it",
    ),
    (
        r"unable to update url base from redirection|error: 30\d",
        "{place} points to another address",
        "give the address that the repository has now",
    ),
    (
        r"repository .*not found|not appear to be a git repository|error: 404|does not exist|no such file"
        r"|not a git repository",
        "there is no repository at {place}",
        "check the address",
    ),
    (
        r"dubious ownership",
        "the repository {place} belongs to another user, so git does not read it",
        "if you trust it: git config --global --add safe.directory PATH",
    ),
    (
        r"no space left on device|disk quota|file too large|died of signal 25",
        "the disk is full: the mirror of {place} cannot be updated",
        "make room",
    ),
    (
        r"fsck error|bad object|index-pack failed|corrupt",
        "{place} sent objects that Git's own check refuses",
        "look at them with: git fsck --full",
    ),
)
"""What git says, what it means, what to do; the first that fits is told."""


def refusal(source: GitSource, said: str) -> RosterError:
    """The error that git's words mean. A ref that is missing is a person's mistake, all else the other side's."""
    # A repository may be called tls-tools: only git's own words decide, never the address among them.
    words = ADDRESS.sub("", said).replace(source.location, "")
    if re.search(r"couldn't find remote ref|not our ref|no such remote ref", words, re.IGNORECASE):
        return UsageError(f"the ref {source.ref} does not exist in {source.shown}", "name a branch, a tag or a commit")
    for sign, message, remedy in SIGNS:
        if re.search(sign, words, re.IGNORECASE):
            return TargetError(message.format(place=source.shown), remedy)
    return TargetError(f"git could not read {source.shown}: {without_secrets(first_line(said))}")


def without_secrets(text: str) -> str:
    """Text of git's without the user, password and query of any URL in it."""
    return QUERY.sub(r"\1", USER_INFO.sub(r"\1", text))
