// The official npm client: an index, records, queries with filters, updates, deletions, namespaces, another key.
"use strict";
const assert = require("node:assert");
const { Pinecone, Errors } = require("@pinecone-database/pinecone");

const [controllerHostUrl, apiKey, otherKey] = process.argv.slice(2);
const name = "clips-node";
const ids = (answer) => answer.matches.map((match) => match.id);

async function main() {
  const client = new Pinecone({ apiKey, controllerHostUrl });
  const spec = { serverless: { cloud: "aws", region: "us-east-1" } };
  await client.createIndex({ name, dimension: 4, metric: "cosine", spec, waitUntilReady: true, tags: { of: "tests" } });
  const made = await client.describeIndex(name);
  assert.deepEqual([made.dimension, made.metric, made.status.ready, made.tags.of], [4, "cosine", true, "tests"]);
  assert.ok((await client.listIndexes()).indexes.some((index) => index.name === name));

  const index = client.index({ host: made.host, name });
  const space = index.namespace("house");
  await space.upsert({
    records: [
      { id: "clip-a", values: [1, 0, 0, 0], metadata: { tag: ["sunset", "oysters"], dur: 4.5, day: 1 } },
      { id: "clip-b", values: [0.8, 0.6, 0, 0], metadata: { tag: ["sunset"], dur: 2, day: 2 } },
      { id: "still-c", values: [0, 1, 0, 0.1], metadata: { tag: ["snow"], dur: 9 } },
    ],
  });

  const near = { vector: [1, 0, 0, 0], topK: 3, includeMetadata: true, includeValues: true };
  const found = await space.query(near);
  assert.deepEqual(ids(found), ["clip-a", "clip-b", "still-c"]);
  assert.deepEqual(found.matches[0].metadata, { tag: ["sunset", "oysters"], dur: 4.5, day: 1 });
  assert.ok(Math.abs(found.matches[0].score - 1) < 1e-6 && Math.abs(found.matches[1].score - 0.8) < 1e-6);
  assert.deepEqual(found.matches[1].values, [0.8, 0.6, 0, 0]);
  const passing = async (filter) => ids(await space.query({ ...near, filter }));
  assert.deepEqual(await passing({ tag: { $in: ["oysters", "snow"] } }), ["clip-a", "still-c"]);
  assert.deepEqual(await passing({ $and: [{ tag: "sunset" }, { dur: { $lt: 3 } }] }), ["clip-b"]);
  assert.deepEqual(await passing({ $or: [{ day: { $eq: 1 } }, { day: { $exists: false } }] }), ["clip-a", "still-c"]);
  assert.deepEqual(ids(await space.query({ id: "still-c", topK: 1 })), ["still-c"]);

  await space.update({ id: "clip-b", metadata: { day: 7 } });
  const fetched = await space.fetch({ ids: ["clip-b", "nobody"] });
  assert.deepEqual(Object.keys(fetched.records), ["clip-b"]);
  assert.deepEqual(fetched.records["clip-b"].metadata, { tag: ["sunset"], dur: 2, day: 7 });
  const byMetadata = await space.fetchByMetadata({ filter: { day: 7 } });
  assert.deepEqual(Object.keys(byMetadata.records), ["clip-b"]);

  const first = await space.listPaginated({ prefix: "clip-", limit: 1 });
  assert.deepEqual(first.vectors.map((item) => item.id), ["clip-a"]);
  const second = await space.listPaginated({ prefix: "clip-", limit: 1, paginationToken: first.pagination.next });
  assert.deepEqual([second.vectors.map((item) => item.id), second.pagination?.next], [["clip-b"], undefined]);

  await index.namespace("other").upsert({ records: [{ id: "clip-a", values: [0, 0, 1, 0] }] });
  const stats = await index.describeIndexStats();
  assert.deepEqual([stats.totalRecordCount, stats.dimension, stats.namespaces.house.recordCount], [4, 4, 3]);
  assert.deepEqual((await index.listNamespaces()).namespaces.map((one) => one.name), ["house", "other"]);
  assert.equal(Number((await index.describeNamespace("house")).recordCount), 3);
  await index.deleteNamespace("other");
  await assert.rejects(index.describeNamespace("other"), Errors.PineconeNotFoundError);

  await space.deleteOne({ id: "clip-a" });
  await space.deleteMany({ filter: { tag: "snow" } });
  assert.deepEqual(ids(await space.query(near)), ["clip-b"]);
  await space.deleteAll();
  assert.deepEqual(ids(await space.query(near)), []);
  await assert.rejects(space.upsert({ records: [{ id: "a", values: [1] }] }), Errors.PineconeBadRequestError);

  const other = new Pinecone({ apiKey: otherKey, controllerHostUrl });
  assert.deepEqual((await other.listIndexes()).indexes, []);
  await assert.rejects(other.describeIndex(name), Errors.PineconeNotFoundError);
  await assert.rejects(other.index({ host: made.host, name }).namespace("house").query(near), Errors.PineconeNotFoundError);
  const wrong = new Pinecone({ apiKey: "wrong", controllerHostUrl });
  await assert.rejects(wrong.listIndexes(), Errors.PineconeAuthorizationError);

  await client.deleteIndex(name);
  await assert.rejects(client.describeIndex(name), Errors.PineconeNotFoundError);
  console.log("npm client of Pinecone: records, queries, filters, namespaces and keys are as expected");
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
