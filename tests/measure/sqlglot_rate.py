#!/usr/bin/env python3
"""Statements a second on one core: columnist's reading and resolving beside sqlglot's `optimizer.qualify`.

    pip install sqlglot
    tests/measure/sqlglot_rate.py [SCHEMA.sql STATEMENTS.jsonl]

Both get the same statements and the same schema in one run and take turns; the best round of each counts. sqlglot parses
and qualifies, columnist reads and resolves. Without arguments the statements are those of the bench. Statements that
sqlglot refuses are left out for both.
"""
import json
import os
import subprocess
import sys
import tempfile
import time

import sqlglot
from sqlglot import exp
from sqlglot.optimizer.qualify import qualify

# A bench that is built already may be given.
BENCH = os.environ.get("COLUMNIST_SQL_BENCH", "cargo bench --quiet --bench sql --").split()
ROUNDS = 3


def bench(*arguments):
    environment = dict(os.environ, RAYON_NUM_THREADS="1")
    return subprocess.run([*BENCH, *arguments], check=True, capture_output=True, text=True, env=environment).stdout


def columns_of(ddl):
    """{schema: {table: {column: type}}} of the tables that the DDL makes; views are left out."""
    tables = {}
    for made in sqlglot.parse(ddl, read="postgres"):
        if isinstance(made, exp.Create) and made.kind == "TABLE" and isinstance(made.this, exp.Schema):
            table = made.this.this
            columns = {column.name: column.args["kind"].sql() for column in made.this.find_all(exp.ColumnDef)}
            tables.setdefault(table.db or "public", {})[table.name] = columns
    return tables


def qualified(statement, schema):
    tree = sqlglot.parse_one(statement, read="postgres")
    return qualify(tree, schema=schema, dialect="postgres", db="public", validate_qualify_columns=False)


def main():
    folder = tempfile.mkdtemp()
    if len(sys.argv) == 3:
        ddl, lines = sys.argv[1:]
    else:
        bench("statements", folder)
        ddl, lines = os.path.join(folder, "schema.sql"), os.path.join(folder, "statements.jsonl")
    with open(ddl, encoding="utf8") as file:
        text = file.read()
    with open(lines, encoding="utf8") as file:
        statements = [json.loads(line) for line in file if line.strip()]
    schema = sqlglot.schema.MappingSchema(columns_of(text), dialect="postgres")
    kept = []
    for statement in statements:
        try:
            qualified(statement, schema)
            kept.append(statement)
        except sqlglot.errors.SqlglotError as refused:
            print(f"left out: {statement[:80]}: {str(refused).splitlines()[0]}", file=sys.stderr)
    kept_path = os.path.join(folder, "kept.jsonl")
    with open(kept_path, "w", encoding="utf8") as file:
        file.write("\n".join(json.dumps(statement) for statement in kept))
    ours = theirs = 0.0
    for _ in range(ROUNDS):
        ours = max(ours, float(bench("rate", ddl, kept_path).split()[-1]))
        start = time.perf_counter()
        for statement in kept:
            qualified(statement, schema)
        theirs = max(theirs, len(kept) / (time.perf_counter() - start))
    print(f"sqlglot {sqlglot.__version__}, {len(kept)} of {len(statements)} statements, one core")
    print(f"columnist  {ours:10.0f} statements/s")
    print(f"sqlglot    {theirs:10.0f} statements/s")
    print(f"ratio      {ours / theirs:10.1f}")


if __name__ == "__main__":
    main()
