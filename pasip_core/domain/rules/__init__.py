"""Boolean keyword rules: the language, and what matches it.

::

    rule     = either
    either   = both { "OR" both }
    both     = near { ["AND"] near }          words side by side are joined by AND
    near     = negated { "NEAR/n" negated }   at most n words in between, in either order
    negated  = { "NOT" } atom
    atom     = "(" either ")" | "phrase in quotation marks" | word | word* | #tag | @account

Operators are written in capitals. Their small forms ``and``, ``or``, ``not`` are refused outside quotation
marks rather than guessed at; ``dan`` and ``atau`` are words like any other. ``a NOT b`` means a without b.
Each alternative of a rule must ask for something: what only excludes would match nearly everything.

A word matches whole words after NFKC and casefold, with or without ``#`` or ``@`` in front, and, from three
characters on, with the clitics -nya, -lah, -kah, -pun behind. ``#tag`` matches only the tag and ``@account``
only the account, to the letter. Whatever is neither letter, digit nor inner underscore separates words, so
that ``ma'ruf`` is the phrase "ma ruf" and matches ``Ma’ruf`` too.
"""

from .matcher import Matcher, find_spans
from .parser import parse_rule
from .tree import Rule, positive_terms

__all__ = ["Matcher", "Rule", "find_spans", "parse_rule", "positive_terms"]
