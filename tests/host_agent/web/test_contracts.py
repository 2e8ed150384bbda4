"""The contracts that the host hands out: read by programs as what they are, by whoever asks."""

import json

import yaml

from broker.asyncapi import document
from host_agent.config import Config
from tests.host_agent.web.visits import Visit, visit, with_accounts


def test_the_contracts_are_handed_out_to_whoever_asks_and_linked_from_the_api_s_page(office: Config) -> None:
    async def story(visit: Visit) -> None:
        async with visit.browser() as browser:
            page = (await browser.get("/api")).text
            for path in ("/openapi.json", "/asyncapi.yaml"):
                assert f'href="{path}"' in page
                assert (await browser.get(path)).status_code == 200
            on_http = await browser.get("/openapi.json")
            on_mqtt = await browser.get("/asyncapi.yaml")
        assert on_http.headers["content-type"] == "application/json"
        assert on_http.json()["openapi"].startswith("3.")
        assert "/notes/{note_id}/tick" in on_http.json()["paths"]
        assert on_mqtt.headers["content-type"].startswith("application/yaml")
        assert yaml.safe_load(on_mqtt.text) == json.loads(json.dumps(document()))

    visit(with_accounts(office), story)
