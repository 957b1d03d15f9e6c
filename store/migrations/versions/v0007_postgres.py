"""What SQLite has from elsewhere, for PostgreSQL: functions on paths and places, words, an order.

The words of the pictures that lie somewhere are kept by triggers, as v0004 and v0005 do it for
SQLite, and no word is too common to be kept. Texts are compared by their bytes, so that both
databases sort alike.
"""

from alembic import op

revision = "0007"
down_revision = "0006"

ORDERED = {"file": ("path",), "picture": ("camera", "format"), "tag": ("name",)}
FUNCTIONS = (
    """
    CREATE FUNCTION file_name(path text) RETURNS text IMMUTABLE PARALLEL SAFE LANGUAGE sql AS
    $$ SELECT regexp_replace(path, '^.*/', '') $$
    """,
    """
    CREATE FUNCTION folder_below(path text, folder text) RETURNS text
    IMMUTABLE PARALLEL SAFE LANGUAGE sql AS
    $$
        SELECT CASE WHEN strpos(substr(path, length(folder) + 1), '/') > 0 THEN
            left(path, length(folder) + strpos(substr(path, length(folder) + 1), '/') - 1)
        END
    $$
    """,
    """
    CREATE FUNCTION distance_km(
        latitude float8, longitude float8, other float8, elsewhere float8
    ) RETURNS float8 IMMUTABLE STRICT PARALLEL SAFE LANGUAGE sql AS
    $$
        SELECT 2 * 6371.0088 * asin(least(1, sqrt(
            sin(radians(other - latitude) / 2) ^ 2
            + cos(radians(latitude)) * cos(radians(other))
            * sin(radians(elsewhere - longitude) / 2) ^ 2
        )))
    $$
    """,
)
WORDS = """
    CREATE TEXT SEARCH DICTIONARY stems (TEMPLATE = snowball, Language = english);
    CREATE TEXT SEARCH CONFIGURATION words (COPY = simple);
    ALTER TEXT SEARCH CONFIGURATION words
        ALTER MAPPING FOR asciiword, word, numword WITH stems;

    CREATE FUNCTION keyword_words(said text) RETURNS tsvector IMMUTABLE PARALLEL SAFE LANGUAGE sql
    AS $$ SELECT to_tsvector('words', regexp_replace(said, '[^[:alnum:]]+', ' ', 'g')) $$;

    CREATE TABLE keyword (picture_id bigint PRIMARY KEY, words tsvector NOT NULL);
    CREATE INDEX ix_keyword_words ON keyword USING gin (words);

    CREATE FUNCTION keyword_again(which bigint) RETURNS void LANGUAGE sql AS $$
        DELETE FROM keyword WHERE picture_id = which;
        INSERT INTO keyword
        SELECT which, keyword_words(string_agg(said, ' ')) FROM (
            SELECT path AS said FROM file WHERE picture_id = which AND state = 'present'
            UNION ALL SELECT text FROM caption WHERE picture_id = which
            UNION ALL SELECT name FROM tag
                WHERE picture_id = which AND source NOT IN ('zero-shot', 'classifier')
        ) AS sources
        WHERE EXISTS (SELECT 1 FROM file WHERE picture_id = which AND state = 'present')
        HAVING count(*) > 0;
    $$;

    CREATE FUNCTION keyword_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP <> 'INSERT' THEN PERFORM keyword_again(OLD.picture_id); END IF;
        IF TG_OP <> 'DELETE' THEN PERFORM keyword_again(NEW.picture_id); END IF;
        RETURN NULL;
    END $$;

    CREATE TRIGGER keyword_file AFTER INSERT OR DELETE OR UPDATE OF path, state, picture_id
        ON file FOR EACH ROW EXECUTE FUNCTION keyword_changed();
    CREATE TRIGGER keyword_caption AFTER INSERT OR DELETE OR UPDATE
        ON caption FOR EACH ROW EXECUTE FUNCTION keyword_changed();
    CREATE TRIGGER keyword_tag_said AFTER INSERT OR UPDATE OF picture_id, name ON tag
        FOR EACH ROW WHEN (NEW.source NOT IN ('zero-shot', 'classifier'))
        EXECUTE FUNCTION keyword_changed();
    CREATE TRIGGER keyword_tag_unsaid AFTER DELETE ON tag
        FOR EACH ROW WHEN (OLD.source NOT IN ('zero-shot', 'classifier'))
        EXECUTE FUNCTION keyword_changed();
"""


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, columns in ORDERED.items():
        for column in columns:
            op.execute(f'ALTER TABLE {table} ALTER COLUMN {column} TYPE varchar COLLATE "C"')
    for function in FUNCTIONS:
        op.execute(function)
    op.execute(WORDS)
