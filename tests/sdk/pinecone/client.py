"""The official PyPI client: an index, records, queries with filters, updates, deletions, namespaces, another key."""

import sys
import warnings

from pinecone import Pinecone, ServerlessSpec
from pinecone.exceptions import NotFoundException, PineconeApiException, UnauthorizedException

NAME = "clips-python"
NEAR = {"vector": [1.0, 0.0, 0.0, 0.0], "top_k": 3}


def refused(expected, call):
    try:
        call()
    except expected:
        return
    raise AssertionError(f"expected {expected.__name__}")


def ids(answer):
    return [match.id for match in answer.matches]


def records(index):
    index.upsert(
        vectors=[
            {"id": "clip-a", "values": [1, 0, 0, 0], "metadata": {"tag": ["sunset", "oysters"], "dur": 4.5, "day": 1}},
            {"id": "clip-b", "values": [0.8, 0.6, 0, 0], "metadata": {"tag": ["sunset"], "dur": 2, "day": 2}},
            {"id": "still-c", "values": [0, 1, 0, 0.1], "metadata": {"tag": ["snow"], "dur": 9}},
        ],
        namespace="house",
    )
    found = index.query(namespace="house", include_metadata=True, include_values=True, **NEAR)
    assert ids(found) == ["clip-a", "clip-b", "still-c"], found
    assert found.matches[0].metadata == {"tag": ["sunset", "oysters"], "dur": 4.5, "day": 1}, found
    assert abs(found.matches[1].score - 0.8) < 1e-6 and found.matches[1].values == [0.8, 0.6, 0, 0], found
    for passing, want in [
        ({"tag": {"$in": ["oysters", "snow"]}}, ["clip-a", "still-c"]),
        ({"$and": [{"tag": "sunset"}, {"dur": {"$lt": 3}}]}, ["clip-b"]),
        ({"$or": [{"day": {"$eq": 1}}, {"day": {"$exists": False}}]}, ["clip-a", "still-c"]),
        ({"tag": {"$nin": ["sunset"]}}, ["still-c"]),
    ]:
        assert ids(index.query(namespace="house", filter=passing, **NEAR)) == want, passing
    assert ids(index.query(namespace="house", id="still-c", top_k=1)) == ["still-c"]

    index.update(id="clip-b", set_metadata={"day": 7}, namespace="house")
    fetched = index.fetch(ids=["clip-b", "nobody"], namespace="house").vectors
    assert list(fetched) == ["clip-b"] and fetched["clip-b"].metadata == {"tag": ["sunset"], "dur": 2, "day": 7}
    by_metadata = index.fetch_by_metadata(filter={"day": 7}, namespace="house").vectors
    assert list(by_metadata) == ["clip-b"], by_metadata
    first = index.list_paginated(prefix="clip-", limit=1, namespace="house")
    token = first.pagination.next
    second = index.list_paginated(prefix="clip-", limit=1, pagination_token=token, namespace="house")
    assert [item.id for page in (first, second) for item in page.vectors] == ["clip-a", "clip-b"]
    assert second.pagination is None or second.pagination.next is None, second


def namespaces(index):
    index.upsert(vectors=[("clip-a", [0, 0, 1, 0])], namespace="other")
    stats = index.describe_index_stats()
    assert (stats.total_vector_count, stats.dimension, stats.namespaces["house"].vector_count) == (4, 4, 3), stats
    listed = [space.name for page in index.list_namespaces() for space in page.namespaces]
    assert listed == ["house", "other"], listed
    assert index.describe_namespace(name="house").record_count == 3
    index.delete_namespace(name="other")
    refused(NotFoundException, lambda: index.describe_namespace(name="other"))


def deletions(index):
    index.delete(ids=["clip-a"], namespace="house")
    index.delete(filter={"tag": "snow"}, namespace="house")
    assert ids(index.query(namespace="house", **NEAR)) == ["clip-b"]
    index.delete(delete_all=True, namespace="house")
    assert ids(index.query(namespace="house", **NEAR)) == []
    refused(PineconeApiException, lambda: index.upsert(vectors=[("a", [1.0])], namespace="house"))


def main(address, key, other_key):
    client = Pinecone(api_key=key, host=address)
    client.create_index(
        name=NAME, dimension=4, metric="cosine", spec=ServerlessSpec(cloud="aws", region="us-east-1")
    )
    made = client.describe_index(NAME)
    assert (made.dimension, made.metric, made.status.ready) == (4, "cosine", True), made
    assert NAME in client.list_indexes().names()
    index = client.Index(host=made.host)
    records(index)
    namespaces(index)
    deletions(index)

    other = Pinecone(api_key=other_key, host=address)
    assert other.list_indexes().names() == []
    refused(NotFoundException, lambda: other.describe_index(NAME))
    refused(NotFoundException, lambda: other.Index(host=made.host).query(namespace="house", **NEAR))
    refused(UnauthorizedException, lambda: Pinecone(api_key="wrong", host=address).list_indexes())
    client.delete_index(NAME)
    refused(NotFoundException, lambda: client.describe_index(NAME))
    print("PyPI client of Pinecone: records, queries, filters, namespaces and keys are as expected")


if __name__ == "__main__":
    # Some of these calls have newer names; the old ones are what programs out there use.
    warnings.simplefilter("ignore", DeprecationWarning)
    main(*sys.argv[1:])
