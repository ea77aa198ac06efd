"""What a developer does with the client that openapi-python-client makes of the contract, against a running server."""

import os
from urllib.parse import parse_qs, urlsplit

from generated.api.changes import list_changes
from generated.api.datasets import create_dataset, delete_dataset, get_dataset, list_datasets, replace_dataset
from generated.api.search import search_records
from generated.client import AuthenticatedClient, Client
from generated.models.change_page import ChangePage
from generated.models.dataset import Dataset
from generated.models.dataset_record import DatasetRecord
from generated.models.page_summary import PageSummary
from generated.models.problem import Problem
from generated.models.search_page import SearchPage
from generated.models.search_records_kind_item import SearchRecordsKindItem
from generated.models.summary import Summary
from generated.models.tombstone import Tombstone
from generated.types import UNSET, Unset

URL = os.environ["CATALOG_URL"]
TOKEN = os.environ["CATALOG_TOKEN"]
READER = Client(base_url=URL, raise_on_unexpected_status=True)
WRITER = AuthenticatedClient(base_url=URL, token=TOKEN, raise_on_unexpected_status=True)


def pages_to_the_end() -> list[Summary]:
    """Every dataset, page by page."""
    found: list[Summary] = []
    cursor: str | Unset = UNSET
    while True:
        page = list_datasets.sync(client=READER, limit=15, cursor=cursor)
        assert isinstance(page, PageSummary), page
        found += page.items
        if page.next_ is None:
            assert page.total == len(found)
            return found
        cursor = parse_qs(urlsplit(page.next_).query)["cursor"][0]


def code_of(answer: object) -> str:
    """The code of a problem."""
    assert isinstance(answer, Problem), answer
    return answer.code


def reads() -> None:
    """Lists, filters, pages, searches, and reads one."""
    everything = pages_to_the_end()
    assert len(everything) > 15
    assert len({summary.id for summary in everything}) == len(everything)

    tables = list_datasets.sync(client=READER, format_=["CSV"], limit=100)
    assert isinstance(tables, PageSummary) and tables.items
    assert all("CSV" in (summary.format_ or []) for summary in tables.items)

    one = get_dataset.sync_detailed(str(everything[0].id), client=READER)
    assert isinstance(one.parsed, DatasetRecord) and one.parsed.slug == everything[0].slug
    assert one.headers["etag"].startswith('"r')

    found = search_records.sync(client=READER, kind=[SearchRecordsKindItem.DATASET], facets="format:5,publisher")
    assert isinstance(found, SearchPage)
    assert [facet.field for facet in found.facets] == ["format", "publisher"]
    assert found.facets[0].buckets[0].count > 0

    assert code_of(get_dataset.sync("no-hay-tal", client=READER)) == "not-found"


def writes() -> None:
    """Makes a dataset, changes it by its entity tag, deletes it, and follows the changes."""
    before = list_changes.sync(client=READER, limit=1000)
    assert isinstance(before, ChangePage) and before.next_ is None

    body = Dataset.from_dict({"identifier": "cliente-python", "title": {"es": "Hecho por un cliente de Python"}})
    refused = create_dataset.sync(client=AuthenticatedClient(base_url=URL, token="no-such-token"), body=body)
    assert code_of(refused) == "token-invalid"
    made = create_dataset.sync_detailed(client=WRITER, body=body)
    assert isinstance(made.parsed, DatasetRecord), made
    key, tag = str(made.parsed.id), made.headers["etag"]

    longer = Dataset.from_dict({**body.to_dict(), "description": {"es": "Y cambiado por él."}})
    changed = replace_dataset.sync_detailed(key, client=WRITER, body=longer, if_match=tag)
    assert isinstance(changed.parsed, DatasetRecord) and changed.parsed.revision == 2, changed
    late = replace_dataset.sync(key, client=WRITER, body=body, if_match=tag)
    assert code_of(late) == "precondition-failed"

    deleted = delete_dataset.sync(key, client=WRITER, if_match=changed.headers["etag"], reason="fin de la prueba")
    assert isinstance(deleted, Tombstone) and deleted.reason == "fin de la prueba"
    gone = get_dataset.sync(key, client=READER)
    assert code_of(gone) == "gone"
    assert isinstance(gone, Problem) and isinstance(gone.tombstone, Tombstone) and str(gone.tombstone.id) == key

    after = list_changes.sync(client=READER, from_=before.token)
    assert isinstance(after, ChangePage)
    assert [change.op.value for change in after.items if str(change.id) == key][-1] == "delete"


reads()
writes()
print("python: ok")
