-- Statements written by hand, one a line: queries become views, the others are prepared.
-- Joins
SELECT id FROM account
SELECT a.id, p.name FROM account a, person p WHERE a.id = p.account_id
SELECT id, email FROM account JOIN person USING (id)
SELECT * FROM account a JOIN person p USING (id, name, status)
SELECT * FROM orders NATURAL JOIN payment
SELECT * FROM payment NATURAL LEFT JOIN shipment NATURAL JOIN pair
SELECT order_id, qty, carrier, amount FROM "Order Line" JOIN shipment USING (order_id) JOIN payment USING (order_id)
SELECT order_id FROM "Order Line" FULL JOIN shipment USING (order_id) FULL JOIN payment USING (order_id)
SELECT j.a, j.b FROM (account JOIN person USING (id)) AS j (a, b)
SELECT j.* FROM (pair JOIN "Order Line" USING (order_id)) AS j
SELECT qty FROM (pair JOIN "Order Line" USING (order_id)) JOIN orders ON orders.id = order_id
SELECT x.id, y.id AS other FROM category x LEFT JOIN (category y JOIN category z ON y.id = z.parent_id) ON x.parent_id = z.id
SELECT a.name FROM account a JOIN audit.account b ON a.id = b.id AND frozen
SELECT public.account.name, audit.account.frozen FROM public.account, audit.account
SELECT account.frozen FROM audit.account
SELECT 1 AS one FROM account a WHERE a = a
SELECT person_id FROM pair JOIN shipment USING (order_id) AS u
SELECT pair.* FROM pair JOIN shipment USING (order_id)
-- Aliases with column lists, derived tables
SELECT p, q, status FROM account AS t (p, owner_id, q)
SELECT d.x FROM (SELECT id, name AS x FROM person) d
SELECT d.x FROM (SELECT id, name FROM person) AS d (x)
SELECT name FROM (SELECT * FROM account) a
SELECT v.b FROM (VALUES (1, 'a'), (2, 'b')) AS v (a, b)
SELECT l.total FROM account a, LATERAL (SELECT sum(o.total) AS total FROM orders o WHERE o.account_id = a.id) l
SELECT l.n FROM account a LEFT JOIN LATERAL (SELECT a.name AS n, count(*) AS c FROM person WHERE account_id = a.id) l ON true
SELECT s.m FROM person p CROSS JOIN LATERAL (VALUES (p.email), (p.name)) AS s (m)
SELECT name FROM category, LATERAL (SELECT parent_id FROM person WHERE manager_id = category.id) x
SELECT q.a FROM account, LATERAL (SELECT id AS a FROM pair, LATERAL (SELECT order_id + account.id AS id) i) q
-- CTEs
WITH account AS (SELECT id, email FROM person) SELECT email FROM account
WITH account AS (SELECT * FROM account) SELECT name FROM account
WITH a AS (SELECT id FROM account), b AS (SELECT id FROM a) SELECT id FROM b
WITH a (x) AS (SELECT name FROM account) SELECT x FROM a
WITH unused AS (SELECT email, status FROM person) SELECT name FROM category
WITH RECURSIVE tree AS (SELECT id, parent_id, name FROM category WHERE parent_id IS NULL UNION ALL SELECT c.id, c.parent_id, c.name FROM category c JOIN tree t ON c.parent_id = t.id) SELECT name FROM tree
WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT i FROM n
WITH RECURSIVE later AS (SELECT id FROM early), early AS (SELECT id FROM person) SELECT id FROM later
WITH a AS (WITH b AS (SELECT name FROM account) SELECT * FROM b) SELECT a.name FROM a, person AS b WHERE b.name = a.name
WITH person AS (SELECT 1 AS id) SELECT name FROM public.person
WITH RECURSIVE walk AS (SELECT id, parent_id FROM category UNION ALL SELECT c.id, c.parent_id FROM category c JOIN walk ON walk.id = c.parent_id) SEARCH DEPTH FIRST BY id SET ordercol SELECT id FROM walk
WITH RECURSIVE walk AS (SELECT id, parent_id FROM category UNION ALL SELECT c.id, c.parent_id FROM category c JOIN walk ON walk.id = c.parent_id) CYCLE id SET looped USING trail SELECT id FROM walk
-- Subqueries
SELECT name FROM account WHERE EXISTS (SELECT 1 FROM orders WHERE account_id = account.id)
SELECT name FROM account WHERE EXISTS (SELECT FROM orders WHERE account_id = account.id)
SELECT name FROM account WHERE id IN (SELECT account_id FROM orders WHERE owner_id = person_id)
SELECT (SELECT max(total) FROM orders WHERE account_id = a.id) AS best FROM account a
SELECT name FROM category WHERE id = ANY (SELECT category_id FROM product WHERE parent_id = price)
SELECT (SELECT email) AS own FROM person
SELECT id FROM account WHERE id IN (SELECT owner_id FROM category)
SELECT ARRAY(SELECT name FROM category ORDER BY parent_id) AS names
SELECT (SELECT count(*) FROM (SELECT a.name) x) AS c FROM account a
-- Set operations
SELECT id FROM account UNION SELECT order_id FROM pair
SELECT id, name FROM account UNION ALL SELECT id, email FROM person ORDER BY name
(SELECT id FROM account ORDER BY name LIMIT 1) EXCEPT (SELECT id FROM person) ORDER BY 1
SELECT n FROM (SELECT name AS n FROM account INTERSECT SELECT email FROM person) s
VALUES (1, 'a'), (2, 'b')
TABLE category
-- Grouping, windows, ordering
SELECT status, count(*) FROM orders GROUP BY status HAVING sum(total) > 10
SELECT upper(name) AS name FROM account ORDER BY name
SELECT total AS id FROM orders ORDER BY id
SELECT total AS placed FROM orders ORDER BY placed + 1, -total
SELECT status AS s, sum(total) FROM orders GROUP BY s ORDER BY 2
SELECT upper(status) AS tags, count(*) FROM orders GROUP BY tags, status
SELECT DISTINCT ON (status) id, status FROM orders ORDER BY status, placed
SELECT DISTINCT ON (k) total AS k FROM orders
SELECT rank() OVER w AS r, sum(total) OVER (PARTITION BY status) FROM orders WINDOW w AS (PARTITION BY account_id ORDER BY placed)
SELECT sum(total) OVER (v ROWS UNBOUNDED PRECEDING) FROM orders WINDOW w AS (PARTITION BY status), v AS (w ORDER BY placed)
SELECT count(*) FILTER (WHERE status = 'open') FROM orders
SELECT grouping(status), status, max(total) FROM orders GROUP BY GROUPING SETS ((status), ())
SELECT status, account_id, sum(total) FROM orders GROUP BY ROLLUP (status, account_id)
SELECT a.id, a.name, count(o.id) FROM account a LEFT JOIN orders o ON o.account_id = a.id GROUP BY a.id
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY total) FROM orders
SELECT string_agg(name, ',' ORDER BY email) FROM person
SELECT id FROM orders LIMIT (SELECT max(id) FROM category)
SELECT id FROM orders ORDER BY placed FETCH FIRST 3 ROWS ONLY
SELECT id FROM orders FOR UPDATE
-- Whole rows, composite access, system columns
SELECT count(a) FROM account a
SELECT to_jsonb(p) AS j FROM person p
SELECT row_to_json(account.*) AS j FROM account
SELECT tag FROM tag
SELECT orders FROM orders
SELECT person FROM person, tag
SELECT (a).name FROM account a
SELECT (a).* FROM pair a
SELECT ROW(a.*, 1) IS NULL AS r FROM pair a
SELECT ctid, tableoid, xmin FROM account
SELECT a.ctid AS place FROM account a
SELECT count(*) FROM account
SELECT to_jsonb(s) AS j FROM (SELECT id, name FROM account) s
SELECT (s).name FROM (SELECT id, name FROM account) s
-- Quoted names and keywords
SELECT "lineNo", QTY FROM "Order Line"
SELECT "select", "from" FROM "user"
SELECT u."from" FROM "user" u WHERE u."select" = 'x'
SELECT "Order Line"."lineNo" FROM "Order Line"
SELECT "Mixed Case" AS "select" FROM product
SELECT "isFrozen", kind FROM audit."Trail"
SELECT USERID FROM (SELECT "userId" AS userid FROM account) x
-- Table functions
SELECT g FROM generate_series(1, 3) g
SELECT n FROM orders, unnest(tags) AS n
SELECT t.item FROM orders o, unnest(o.tags) AS t (item)
SELECT item, nr FROM orders, unnest(tags) WITH ORDINALITY AS t (item, nr)
SELECT key, value FROM product, jsonb_each(attrs)
SELECT e ->> 'x' AS x FROM event, jsonb_array_elements(payload) e
SELECT r.a FROM event, jsonb_to_recordset(payload) AS r (a int, b text)
SELECT x.a, y FROM event CROSS JOIN ROWS FROM (jsonb_to_recordset(payload) AS (a int), generate_series(1, person_id)) AS x (a, y)
SELECT unnest(tags) AS tag FROM orders
SELECT x.n FROM event, XMLTABLE('/a' PASSING (kind::xml) COLUMNS n int PATH 'n') x
SELECT value FROM product, jsonb_each_text(attrs) AS e
-- Expressions
SELECT extract(year FROM placed), CAST(total AS text), placed::text, CASE status WHEN 'a' THEN total ELSE account_id END FROM orders
SELECT coalesce(name, email), nullif(name, 'x'), greatest(id, account_id) FROM person
SELECT substring(name FROM 2), position('a' IN email), trim(both FROM status), overlay(name placing 'x' from 1) FROM person
SELECT tags[1], tags[1:2] AS two, parts[shipment.id] FROM orders, shipment WHERE orders.id = shipment.order_id
SELECT payload -> 'a' ->> 'b' AS x, payload #>> '{a}' AS y, payload @> '{}' AS z, payload ? 'k' AS k FROM event
SELECT name COLLATE "C", at AT TIME ZONE 'UTC' AS t, current_date, localtimestamp FROM person, event
SELECT (id, name) = (1, 'x') AS e, id BETWEEN 1 AND manager_id AS b, email ~* 'x' AS m, name ILIKE 'a' AS l FROM person
SELECT interval '1 day' * total AS i, (placed, placed) OVERLAPS (placed, placed) AS o FROM orders
SELECT account.status IS DISTINCT FROM person.status AS d FROM account, person
SELECT make_interval(days => total) AS m FROM orders
-- Views over views
SELECT buyer FROM open_order
SELECT * FROM account_total
SELECT total, orders FROM daily
SELECT "isFrozen" FROM everything
SELECT * FROM line_item
SELECT x.id FROM everything x JOIN open_order USING (id)
-- INSERT
INSERT INTO category (id, name) VALUES (1, 'x')
INSERT INTO category VALUES (1, 2)
INSERT INTO category DEFAULT VALUES
INSERT INTO category SELECT id, manager_id FROM person
INSERT INTO category (name) SELECT name FROM person WHERE email IS NULL RETURNING id
INSERT INTO category AS c (id, name) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET name = excluded.name || c.name WHERE c.parent_id > excluded.id
INSERT INTO category (id) VALUES (1) ON CONFLICT DO NOTHING
INSERT INTO pair VALUES (1, 2) ON CONFLICT (order_id, person_id) DO NOTHING RETURNING *
INSERT INTO category (id, name) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET (name, parent_id) = (SELECT name, id FROM product WHERE price = excluded.id AND category.parent_id = 1)
INSERT INTO shipment (order_id, parts[1]) VALUES (1, 2)
WITH src AS (SELECT id, name FROM person) INSERT INTO category (id, name) SELECT id, name FROM src
INSERT INTO audit.entry (note, at) VALUES ((SELECT name FROM category LIMIT 1), DEFAULT)
INSERT INTO category (id) OVERRIDING USER VALUE VALUES (1)
-- UPDATE
UPDATE orders SET total = total + 1 WHERE status = 'open'
UPDATE orders o SET total = 1 FROM person p WHERE p.id = o.person_id AND email IS NOT NULL
UPDATE orders SET (total, status) = (1, name) FROM person WHERE person.id = person_id
UPDATE orders SET (total, status) = (SELECT account_id, email FROM person WHERE id = orders.person_id)
UPDATE orders SET status = DEFAULT RETURNING id, total
UPDATE orders SET tags[1] = status
UPDATE orders SET tags[total] = status WHERE id = 1
UPDATE shipment SET parts[id:order_id + 1] = '{1,2}'
INSERT INTO pair VALUES (1, 2) ON CONFLICT ON CONSTRAINT pair_pkey DO NOTHING
INSERT INTO category (id, name) VALUES (1, 'x') ON CONFLICT ON CONSTRAINT category_pkey DO UPDATE SET name = excluded.name
INSERT INTO person (name, email) VALUES ('x', 'y') ON CONFLICT ON CONSTRAINT person_contact DO UPDATE SET status = excluded.status WHERE person.status <> 'z'
INSERT INTO audit.account (name) VALUES ('x') ON CONFLICT ON CONSTRAINT account_name_key DO NOTHING
UPDATE orders SET total = (SELECT sum(amount) FROM payment WHERE order_id = orders.id)
UPDATE public.account SET "userId" = 1 FROM audit.account AS b WHERE frozen AND account.id = b.id
UPDATE ONLY orders SET status = 'x' WHERE id IN (SELECT order_id FROM payment)
WITH p AS (SELECT order_id, sum(amount) AS paid FROM payment GROUP BY order_id) UPDATE orders SET total = p.paid FROM p WHERE p.order_id = id
-- DELETE
DELETE FROM orders
DELETE FROM account USING audit.account WHERE frozen AND "userId" = 1
DELETE FROM orders WHERE status = 'old'
DELETE FROM orders o USING person p WHERE o.person_id = p.id AND email = 'x' RETURNING o.*
DELETE FROM pair USING orders NATURAL JOIN payment WHERE pair.order_id = payment.order_id
WITH gone AS (DELETE FROM payment WHERE status = 'x' RETURNING order_id, amount) INSERT INTO pair SELECT order_id, amount FROM gone
WITH moved AS (UPDATE orders SET status = 'm' RETURNING *) SELECT total FROM moved
WITH a AS (INSERT INTO category (name) VALUES ('x') RETURNING id) UPDATE product SET category_id = a.id FROM a WHERE product.category_id IS NULL
-- MERGE
MERGE INTO category c USING product p ON c.id = p.category_id WHEN MATCHED AND p.price > 3 THEN UPDATE SET name = p.name WHEN NOT MATCHED THEN INSERT (id, name) VALUES (p.category_id, p.name)
MERGE INTO category USING (SELECT id, name AS label FROM person) s ON category.id = s.id WHEN MATCHED THEN DELETE
MERGE INTO pair USING orders o ON pair.order_id = o.id WHEN NOT MATCHED THEN INSERT VALUES (o.id, o.person_id) WHEN MATCHED THEN DO NOTHING
