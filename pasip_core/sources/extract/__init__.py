"""One article page in, one :class:`Article` out."""

from .batch import extract_article_file, extract_batch
from .model import Article, ArticleRules
from .page import extract
from .paging import join_pages, next_pages, one_page_url

__all__ = [
    "Article",
    "ArticleRules",
    "extract",
    "extract_article_file",
    "extract_batch",
    "join_pages",
    "next_pages",
    "one_page_url",
]
