"""A bad line anywhere in the house: no glass shows old news unmarked, no sign is busy on it, and all heals."""

from collections.abc import Iterator

import pytest

from tests.crash.bad_networks import (
    EMPTY_WITHIN_S,
    FOLLOWS_WITHIN_S,
    FRESH_WITHIN_S,
    HARD,
    LINKS,
    OLD_AFTER_S,
    SEEN_LATE_S,
    SOFT,
    Story,
    told,
)

Stories = dict[tuple[str, str], Story]
pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stories]:
    with told(tmp_path_factory.mktemp("networks")) as stories:
        yield stories


@pytest.mark.parametrize("fault", HARD)
@pytest.mark.parametrize("link", LINKS)
def test_on_a_dead_line_old_news_is_marked_and_the_sign_is_not_busy_after_15_s(
    stories: Stories, link: str, fault: str
) -> None:
    story = stories[link, fault]
    late = story.between(story.last_news(link, fault) + OLD_AFTER_S + SEEN_LATE_S, story.healed)
    assert late, "somebody looked"
    assert not [frame for frame in late if frame.is_fresh], "it vouches for what it cannot know"
    assert not [frame for frame in late if frame.lamp], "the sign is busy on old news"


@pytest.mark.parametrize("fault", SOFT)
@pytest.mark.parametrize("link", LINKS)
def test_on_a_poor_line_the_glass_stays_fresh_and_the_sign_follows(stories: Stories, link: str, fault: str) -> None:
    story = stories[link, fault]
    assert not [frame for frame in story.between(story.began, story.healed) if frame.is_marked]
    dark_s = story.went_dark_s()
    assert dark_s is not None
    assert dark_s < FOLLOWS_WITHIN_S


@pytest.mark.parametrize("fault", HARD | SOFT)
@pytest.mark.parametrize("link", LINKS)
def test_a_press_on_a_bad_line_is_kept_and_all_heals(stories: Stories, link: str, fault: str) -> None:
    story = stories[link, fault]
    assert story.press is not None
    assert story.press.kept_shown, "the line has no say in what the unit keeps"
    assert story.lost == []
    assert story.fresh_s is not None, f"not fresh {FRESH_WITHIN_S} s after it healed"
    assert story.fresh_s <= FRESH_WITHIN_S
    assert story.empty_s is not None, f"the note did not arrive in {EMPTY_WITHIN_S} s"
    print(f"{link}, {fault}: fresh {story.fresh_s:.1f} s, outbox empty {story.empty_s:.1f} s after it healed")
