"""Images: how they get into a post, and how they are looked at."""

import base64
from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, Locator, Page, Route, expect

from tests.browser.axe import faults
from tests.browser.people import PHONE, WIDE, Member, Nest, card, write
from tests.pictures import picture
from tests.support import API

pytestmark = pytest.mark.browser

_GIVE = """
(field, [kind, content]) => {
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], "wren.png", { type: "image/png" }));
  const options = { bubbles: true, cancelable: true };
  field.dispatchEvent(kind === "paste"
    ? new ClipboardEvent(kind, { ...options, clipboardData: data })
    : new DragEvent(kind, { ...options, dataTransfer: data }));
}
"""


def form(page: Page) -> Locator:
    """Return the composer."""
    return page.get_by_role("form", name="New post").filter(visible=True).last


def file(shade: int = 60, width: int = 600, height: int = 400) -> FilePayload:
    """Return a picture as a person chooses it."""
    return {"name": "wren.png", "mimeType": "image/png", "buffer": picture(width, height, shade=shade)}


def choose(page: Page, *files: FilePayload) -> None:
    """Choose files for the post that is being written, and wait until all of them are uploaded."""
    form(page).locator("input[type=file]").last.set_input_files(list(files))
    expect(form(page).get_by_role("progressbar")).to_have_count(0)


def describe(page: Page, place: int, words: str) -> None:
    """Say what is there to see in an image of the post that is being written."""
    page.get_by_role("button", name=f"Add a description of image {place}").click()
    page.get_by_role("textbox", name="What is there to see?").fill(words)
    page.get_by_role("button", name="Done").click()


def send(page: Page) -> None:
    """Press the composer's button."""
    form(page).get_by_role("button", name="Post", exact=True).click()


def give(page: Page, kind: str) -> None:
    """Paste or drop a picture where one writes."""
    content = base64.b64encode(picture(600, 400)).decode()
    page.get_by_role("textbox", name="New post").filter(visible=True).last.evaluate(_GIVE, [kind, content])


def writer(nest: Nest) -> tuple[Member, Page]:
    """Return wren, and her home with something written."""
    wren = nest.member("wren")
    page = nest.visit("/", wren)
    write(page, f"seen by {wren.username}")
    expect(form(page).get_by_role("button", name="Add images")).to_be_visible()
    return wren, page


def test_an_image_is_chosen_described_and_posted(nest: Nest) -> None:
    wren, page = writer(nest)
    choose(page, file())
    describe(page, 1, "A wren on a fence.")
    send(page)
    expect(card(page, f"seen by {wren.username}").get_by_role("img", name="A wren on a fence.")).to_be_visible()
    [[image]] = wren.attachments()
    assert (image["alt"], image["width"], image["height"]) == ("A wren on a fence.", 600, 400)


@pytest.mark.parametrize("kind", ["paste", "drop"])
def test_an_image_can_be_pasted_and_dropped(nest: Nest, kind: str) -> None:
    wren, page = writer(nest)
    give(page, kind)
    describe(page, 1, "A wren.")
    expect(form(page).get_by_role("button", name="Post", exact=True)).to_be_enabled()
    send(page)
    expect(card(page, f"seen by {wren.username}").get_by_role("img", name="A wren.")).to_be_visible()
    assert [len(images) for images in wren.attachments()] == [1]


def test_a_fifth_image_is_left_out_and_that_is_said(nest: Nest) -> None:
    _, page = writer(nest)
    choose(page, *(file(shade) for shade in (10, 20, 30, 40, 50)))
    expect(page.get_by_text("One image was left out: a post has at most 4.")).to_be_visible()
    expect(form(page).get_by_role("listitem")).to_have_count(4)
    expect(form(page).get_by_role("button", name="A post has at most 4 images")).to_be_disabled()


def test_one_is_asked_for_a_description_and_may_say_no(nest: Nest) -> None:
    wren, page = writer(nest)
    choose(page, file())
    send(page)
    page.get_by_role("button", name="Add a description", exact=True).click()
    expect(page.get_by_role("textbox", name="What is there to see?")).to_be_focused()
    page.get_by_role("button", name="Done").click()
    assert wren.texts() == []
    send(page)
    page.get_by_role("button", name="Post anyway").click()
    expect(card(page, f"seen by {wren.username}").get_by_role("button", name="Open image, without")).to_be_visible()
    assert [len(images) for images in wren.attachments()] == [1]


def test_a_part_of_an_image_is_posted(nest: Nest) -> None:
    wren, page = writer(nest)
    choose(page, file())
    describe(page, 1, "Half a wren.")
    page.get_by_role("button", name="More for image 1").click()
    page.get_by_role("menuitem", name="Crop").click()
    page.get_by_role("button", name="Square").click()
    part = page.get_by_role("group", name="Part of the picture that is kept")
    part.press("ArrowLeft")
    page.get_by_role("button", name="Use").click()
    expect(part).to_have_count(0)
    expect(form(page).get_by_role("button", name="Post", exact=True)).to_be_enabled()
    send(page)
    expect(card(page, f"seen by {wren.username}").get_by_role("img", name="Half a wren.")).to_be_visible()
    [[image]] = wren.attachments()
    assert image["width"] == image["height"] == 400


def test_an_upload_that_fails_is_tried_again(nest: Nest) -> None:
    wren, page = writer(nest)
    page.route(f"**{API}/media", lambda route: route.abort("connectionreset"), times=1)
    nest.expect_failed_requests(f"{API}/media")
    choose(page, file())
    expect(form(page).get_by_role("alert")).to_contain_text("Not uploaded.")
    expect(form(page).get_by_role("button", name="Post", exact=True)).to_be_disabled()
    form(page).get_by_role("button", name="Try again").click()
    describe(page, 1, "A wren, at last.")
    expect(form(page).get_by_role("button", name="Post", exact=True)).to_be_enabled()
    send(page)
    expect(card(page, f"seen by {wren.username}").get_by_role("img", name="A wren, at last.")).to_be_visible()
    assert [len(images) for images in wren.attachments()] == [1]


def test_what_the_server_refuses_is_said_and_can_be_removed(nest: Nest) -> None:
    _, page = writer(nest)
    nest.expect_failed_requests(f"{API}/media")
    choose(page, {"name": "wren.png", "mimeType": "image/png", "buffer": b"not a picture at all"})
    expect(form(page).get_by_role("alert")).to_contain_text("JPEG")
    page.get_by_role("button", name="Remove image 1").click()
    expect(form(page).get_by_role("button", name="Post", exact=True)).to_be_enabled()


def test_an_upload_can_be_cancelled(nest: Nest) -> None:
    _, page = writer(nest)
    page.route(f"**{API}/media", lambda _: None)
    form(page).locator("input[type=file]").last.set_input_files([file()])
    expect(page.get_by_role("progressbar", name="Image 1: uploading")).to_be_visible()
    expect(form(page).get_by_role("button", name="Post", exact=True)).to_be_disabled()
    page.get_by_role("button", name="Cancel the upload of image 1").click()
    expect(form(page).get_by_role("listitem")).to_have_count(0)
    expect(form(page).get_by_role("button", name="Post", exact=True)).to_be_enabled()


def test_images_are_posted_in_the_order_that_was_chosen(nest: Nest) -> None:
    wren, page = writer(nest)
    choose(page, file(20), file(90))
    describe(page, 1, "First chosen")
    describe(page, 2, "Second chosen")
    page.get_by_role("button", name="More for image 2").click()
    page.get_by_role("menuitem", name="Move earlier").click()
    send(page)
    expect(card(page, f"seen by {wren.username}").get_by_role("img")).to_have_count(2)
    [images] = wren.attachments()
    assert [image["alt"] for image in images] == ["Second chosen", "First chosen"]


def test_a_draft_keeps_its_images_and_what_was_said_about_them(nest: Nest) -> None:
    wren, page = writer(nest)
    choose(page, file())
    describe(page, 1, "A wren that stays.")
    page.reload()
    expect(form(page).get_by_role("img", name="A wren that stays.")).to_be_visible()
    send(page)
    expect(card(page, f"seen by {wren.username}").get_by_role("img", name="A wren that stays.")).to_be_visible()
    [[image]] = wren.attachments()
    assert image["alt"] == "A wren that stays."


def test_what_was_said_outlives_an_image_that_is_gone(nest: Nest) -> None:
    _, page = writer(nest)
    page.route(f"**{API}/media", lambda _: None)
    form(page).locator("input[type=file]").last.set_input_files([file()])
    describe(page, 1, "A wren that was lost.")
    page.unroute(f"**{API}/media")
    page.reload()
    expect(form(page).get_by_text("This image is no longer kept.")).to_be_visible()
    expect(form(page).get_by_text("A wren that was lost.")).to_be_visible()
    form(page).locator("input[type=file]").first.set_input_files([file()])
    expect(form(page).get_by_role("img", name="A wren that was lost.")).to_be_visible()
    expect(form(page).get_by_role("button", name="Post", exact=True)).to_be_enabled()


def album(nest: Nest, count: int = 3) -> Member:
    """Return wren, who has posted some images."""
    wren = nest.member("wren")
    images = [
        wren.upload(picture(800, 500, shade=40 * place), f"Wren number {place}.") for place in range(1, count + 1)
    ]
    wren.publish("my garden", attachments=images)
    return wren


def test_the_gallery_is_used_by_keyboard_and_gives_the_focus_back(nest: Nest) -> None:
    page = nest.visit("/", album(nest))
    second = card(page, "my garden").get_by_role("button", name="Open image 2 of 3")
    second.focus()
    page.keyboard.press("Enter")
    gallery = page.get_by_role("dialog", name="Images")
    expect(gallery.get_by_role("region", name="Image description")).to_contain_text("Wren number 2.")
    page.keyboard.press("ArrowRight")
    expect(gallery.get_by_role("region", name="Image description")).to_contain_text("Wren number 3.")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Home")
    expect(gallery.get_by_text("1 of 3", exact=True)).to_be_visible()
    expect(gallery.get_by_role("img", name="Wren number 1.")).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(gallery).to_have_count(0)
    expect(second).to_be_focused()


def test_the_gallery_is_swiped(nest: Nest) -> None:
    page = nest.visit("/", album(nest), viewport=PHONE, has_touch=True, is_mobile=True)
    card(page, "my garden").get_by_role("button", name="Open image 1 of 3").tap()
    gallery = page.get_by_role("dialog", name="Images")
    expect(gallery.get_by_text("1 of 3", exact=True)).to_be_visible()
    before = page.evaluate("window.scrollY")
    finger = page.context.new_cdp_session(page)
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": 320, "y": 400}]})
    for x in range(310, 60, -20):
        finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x, "y": 400}]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(gallery.get_by_text("2 of 3", exact=True)).to_be_visible()
    expect(gallery.get_by_role("region", name="Image description")).to_contain_text("Wren number 2.")
    gallery.get_by_role("button", name="Close").tap()
    assert page.evaluate("window.scrollY") == before


def test_a_description_is_shown_on_demand(nest: Nest) -> None:
    page = nest.visit("/", album(nest, 1))
    badge = card(page, "my garden").get_by_role("button", name="Show image description")
    badge.click()
    expect(page.get_by_role("dialog", name="Image description")).to_contain_text("Wren number 1.")
    page.keyboard.press("Escape")
    expect(badge).to_be_focused()


def _hold_images(page: Page) -> Callable[[], None]:
    """Keep images back; the answer lets them come."""
    held: list[Route] = []
    free = False

    def hold(route: Route) -> None:
        if free:
            route.continue_()
        else:
            held.append(route)

    def let_go() -> None:
        nonlocal free
        free = True
        for route in held:
            route.continue_()

    page.route("**/media/*.webp", hold)
    return let_go


def test_nothing_moves_when_late_images_come(nest: Nest) -> None:
    wren = album(nest, 1)
    for count in (2, 4):
        wren.publish(f"{count} more", attachments=[wren.upload(picture(300, 500)) for _ in range(count)])
    wren.publish("a word at the end")
    page = nest.visit("/discover", wren)
    let_go = _hold_images(page)
    page.goto("/", wait_until="domcontentloaded")
    expect(card(page, "my garden")).to_be_attached()
    tops = "[...document.querySelectorAll('[data-card]')].map((card) => card.getBoundingClientRect().top)"
    page.wait_for_function("() => document.fonts.status === 'loaded'")
    expect(form(page)).to_be_visible()
    before = page.evaluate(tops)
    let_go()
    page.wait_for_function(
        "() => [...document.querySelectorAll('[data-card] img')].some((image) => image.naturalWidth > 0)"
    )
    page.wait_for_load_state("networkidle")
    assert page.evaluate(tops) == before


def test_an_image_names_its_sizes_and_waits_until_it_is_near(nest: Nest) -> None:
    wren = nest.member("wren")
    wren.publish("a wide field", attachments=[wren.upload(picture(1600, 900))])
    image = card(nest.visit("/", wren), "a wide field").locator("img[srcset]")
    expect(image).to_have_attribute("loading", "lazy")
    srcset = image.get_attribute("srcset") or ""
    assert [entry.split()[-1] for entry in srcset.split(", ")] == ["480w", "960w", "1600w"]
    assert image.evaluate("(image) => image.width / image.height") == pytest.approx(16 / 9, rel=0.01)


def test_a_cropped_picture_is_shown_everywhere_instead_of_the_drawn_one(nest: Nest) -> None:
    wren = nest.member("wren")
    wren.publish("with a face now")
    page = nest.visit(f"/@{wren.username}", wren)
    page.get_by_role("button", name="Edit profile").click()
    editor = page.get_by_role("dialog", name="Edit profile")
    for label, done in (("Change profile picture", "Profile picture changed."), ("Change banner", "Banner changed.")):
        editor.get_by_label(label).and_(page.locator("input")).set_input_files([file()])
        expect(page.get_by_role("group", name="Part of the picture that is kept")).to_be_visible()
        page.get_by_role("button", name="Use").click()
        expect(page.get_by_text(done)).to_be_visible()
    editor.get_by_role("button", name="Close").click()
    me = wren.get("/users/me")
    drawn = page.locator(f"img[src='{me['avatar_url']}']")
    expect(card(page, "with a face now").locator(drawn).or_(drawn).first).to_be_visible()
    expect(page.locator(f"img[src='{me['banner_url']}']")).to_be_visible()
    page.goto("/")
    expect(card(page, "with a face now").locator(f"img[src='{me['avatar_url']}']")).to_be_visible()
    page.goto("/settings")
    page.get_by_role("button", name="Edit profile").click()
    page.get_by_role("button", name="Change profile picture").click()
    page.get_by_role("menuitem", name="Remove").click()
    expect(page.get_by_text("Profile picture removed.")).to_be_visible()
    assert wren.get("/users/me")["avatar_url"] is None


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_state_of_images_has_a_fault_that_axe_knows(nest: Nest, scheme: str, viewport: dict[str, int]) -> None:
    wren = album(nest)
    page = nest.visit("/", wren, color_scheme=scheme, viewport=viewport, reduced_motion="reduce")
    found = {}
    expect(card(page, "my garden").get_by_role("img")).to_have_count(3)
    found["post"] = faults(page)
    card(page, "my garden").get_by_role("button", name="Open image 2 of 3").click()
    expect(page.get_by_role("dialog", name="Images").get_by_text("2 of 3", exact=True)).to_be_visible()
    found["gallery"] = faults(page)
    page.keyboard.press("Escape")
    card(page, "my garden").get_by_role("button", name="Show image description").first.click()
    found["description"] = faults(page)
    page.keyboard.press("Escape")

    page.goto("/discover")
    page.get_by_role("button", name="New post").filter(visible=True).first.click()
    expect(page.get_by_role("dialog", name="New post")).to_be_visible()
    write(page, "two of them")
    choose(page, file(20), file(90))
    found["composer"] = faults(page)
    page.get_by_role("button", name="Add a description of image 1").click()
    found["describing"] = faults(page)
    page.get_by_role("button", name="Done").click()
    page.get_by_role("button", name="More for image 1").click()
    found["menu"] = faults(page)
    page.get_by_role("menuitem", name="Crop").click()
    expect(page.get_by_role("group", name="Part of the picture that is kept")).to_be_visible()
    found["cropping"] = faults(page)
    page.get_by_role("dialog", name="Crop").get_by_role("button", name="Close").click()
    send(page)
    expect(page.get_by_role("button", name="Post anyway")).to_be_visible()
    found["reminder"] = faults(page)

    page.goto("/settings")
    page.get_by_role("button", name="Edit profile").click()
    expect(page.get_by_role("dialog", name="Edit profile")).to_be_visible()
    found["portraits"] = faults(page)
    assert {state: seen for state, seen in found.items() if seen} == {}
