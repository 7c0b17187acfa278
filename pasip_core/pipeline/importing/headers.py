"""How tools and people name their columns, best name first.

Names are compared in lower case with underscores, ``authorDisplayName`` as ``author_display_name``. The order of
the fields matters: what an earlier field takes is gone for a later one.
"""

from __future__ import annotations

HEADERS: dict[str, tuple[str, ...]] = {
    "id": (
        "tweet_id", "status_id", "id_str", "post_id", "comment_id", "video_id", "media_id", "message_id", "mention_id",
        "resource_id", "native_id", "id_tweet", "id_post", "id_komentar", "facebook_id", "article_id", "id",
    ),
    "published_at": (
        "published_at", "created_at", "post_created_date_time", "post_created", "date_published", "publish_date",
        "published_date", "published", "pub_date", "posted_at", "post_date", "tweet_created_at", "date_created",
        "created_date", "created_time", "datetime", "date_time", "timestamp", "date_utc", "date", "tanggal_publikasi",
        "tanggal_terbit", "tanggal_posting", "tanggal", "tgl", "waktu_publikasi", "waktu_posting", "waktu", "created",
        "created_utc", "create_time", "taken_at", "time", "added", "jam",
    ),
    "time": ("time", "jam", "waktu", "pukul", "hour", "post_created_time"),
    "content": (
        "full_text", "raw_content", "content", "text_original", "tweet_text", "tweets", "tweet", "text", "isi_berita",
        "isi_tweet", "isi_komentar", "isi", "konten", "teks", "message", "caption", "body", "text_display", "selftext",
        "post_text", "comment_text", "post_message", "hit_sentence", "snippet", "mention_snippet", "description",
        "deskripsi", "comment", "comments", "komentar", "ulasan", "review", "pesan", "status", "post", "berita",
        "keterangan", "kalimat", "rendered_content", "article_text", "content_text", "extract",
    ),
    "title": ("title", "headline", "judul", "judul_berita", "article_title", "video_title"),
    "author": (
        "username", "screen_name", "user_name", "author_username", "author_handle", "handle", "user_screen_name",
        "twitter_screen_name", "nama_akun", "akun", "account", "nama_pengguna", "pengguna", "author", "penulis",
        "author_name", "author_display_name", "full_name", "page_name", "channel_title", "channel", "influencer",
        "user", "nama", "name", "display_name", "displayname", "from", "pengirim", "sender", "owner", "creator",
        "author_fullname", "extra_author_attributes_name",
    ),
    "author_followers": (
        "followers_count", "follower_count", "followers", "user_followers", "author_followers", "twitter_followers",
        "followers_at_posting", "likes_at_posting", "subscriber_count", "subscribers", "jumlah_pengikut", "pengikut",
        "user_followers_count",
    ),
    "likes": (
        "likes", "like_count", "likes_count", "favorite_count", "favourites_count", "favorites", "nlikes", "suka",
        "jumlah_suka", "jumlah_like", "like", "digg_count", "twitter_likes", "engagement_likes", "facebook_likes",
        "upvotes", "score", "reactions", "reactions_count", "reaction_count",
    ),
    "shares": (
        "retweets", "retweet_count", "retweets_count", "shares", "share_count", "shares_count", "reshares", "nretweets",
        "bagikan", "dibagikan", "jumlah_retweet", "jumlah_share", "retweet", "share", "twitter_retweets", "reposts",
        "repost_count", "engagement_shares", "facebook_shares", "forwards",
    ),
    "comments": (
        "replies", "reply_count", "replies_count", "comment_count", "comments_count", "num_comments", "comments",
        "nreplies", "jumlah_komentar", "komentar", "balasan", "jumlah_balasan", "engagement_comments",
        "twitter_replies",
        "facebook_comments", "total_reply_count", "reply", "comment",
    ),
    "url": (
        "permalink", "permalink_url", "tweet_url", "post_url", "post_link", "url", "link", "tautan", "alamat",
        "article_url", "video_url", "tweet_link", "web_video_url", "webpage_url", "original_url", "href", "share_url",
    ),
    "platform": ("platform", "content_source_name", "source_type", "social_network", "network", "page_type",
                 "media_type", "jenis_media", "kanal", "content_source"),
    "source": ("source_name", "domain", "outlet", "nama_media", "media", "portal", "publisher", "site", "site_name",
               "source", "sumber", "source_domain"),
    "language": ("language", "lang", "bahasa", "language_code"),
}  # fmt: skip

OUR_PARENTS = frozenset({
    "snippet", "top_level_comment", "public_metrics", "metrics", "statistics", "stats", "engagement", "legacy",
    "attributes", "data", "post", "tweet", "node", "source", "item", "result", "likes", "shares", "comments",
    "reactions", "summary", "edge_liked_by", "edge_media_to_comment", "video", "article", "publisher",
})  # fmt: skip
"""Objects inside a record whose fields speak of the mention itself."""

AUTHOR_PARENTS = OUR_PARENTS | {
    "user", "author", "from", "owner", "channel", "account", "author_meta", "profile", "includes", "page",
    "user_public_metrics",
}  # fmt: skip
"""Besides these, where its author is described."""
