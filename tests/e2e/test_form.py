"""The form for people, used as a browser without scripts uses it: fetch, fill in, press a button."""

import re
import subprocess
import urllib.parse

import pytest
import requests
from lxml import html

from conftest import wait_until
from documents import detail, new_id, order

SECURITY = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; "
                               "frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class Page:
    def __init__(self, browser, reply):
        self.browser, self.reply, self.status = browser, reply, reply.status_code
        for name, value in SECURITY.items():
            assert reply.headers.get(name) == value, (reply.url, name)
        self.tree = html.fromstring(reply.content)
        self.text = re.sub(r"\s+", " ", self.tree.text_content())

    def form(self, action, act=None):
        for form in self.tree.forms:
            if form.get("action") == action and (act is None or form.fields.get("act") == act):
                return form
        raise AssertionError(f"no form {action} {act} in {self.reply.url}")

    def press(self, form, formaction=None, **fields):
        """Fills in the fields and presses the form's button. A list gives several values."""
        values = []
        for name, value in form.form_values():
            if name not in fields:
                values.append((name, value))
        for name, value in fields.items():
            values += [(name, v) for v in (value if isinstance(value, list) else [value])
                       if v is not None]
        return self.browser.post(formaction or form.get("action"), values)

    def changes(self):
        """{kind in Japanese: [area names]} of the check page."""
        found = {}
        for head in self.tree.xpath("//section[@class='changes']/h3"):
            kind = head.text.strip()
            items = head.getnext().xpath("li")
            found[kind] = [item.xpath("strong")[0].text for item in items]
        return found

    def problem(self):
        return " ".join(e.text_content() for e in self.tree.xpath("//*[@role='alert']"))

    def button(self):
        return self.tree.xpath("//button[@id='send']")


class Browser:
    def __init__(self, stack, user=None):
        self.base = stack.gate_url
        self.session = requests.Session()
        if user:
            self.sign_in(stack, user)

    def get(self, path):
        return Page(self, self.session.get(self.base + path, timeout=20))

    def post(self, path, values, **more):
        # a new connection each time, as the server asks for by closing
        return Page(self, self.session.post(self.base + path, data=values, timeout=20, **more))

    def sign_in(self, stack, user):
        principal = stack.principal(user)
        page = self.get("/")
        page = page.press(page.form("/sign-in"), username=principal["username"],
                          password=principal["password"])
        assert principal["organisation"] in page.text, page.text
        return page


def issue(browser, level="4", areas="", whole=False, document=None, **more):
    """The home page's form → the check page."""
    page = browser.get("/")
    fields = {"level": level, "areas": areas, "hazard": "flood", **more}
    if whole:
        fields["whole"] = "1"
    form = page.form("/check", "issue")
    if "document" in form.fields or document is not None:
        fields["document"] = document if document is not None else form.fields["document"]
    return page.press(form, **fields)


def send(check):
    """Presses the last button → the receipt."""
    assert check.button(), check.problem() or check.text
    return check.press(check.form("/send"))


def lift_keys(page, names):
    keys = []
    for box in page.form("/check", "lift").xpath(".//input[@type='checkbox']"):
        label = page.tree.xpath(f"//label[@for='{box.get('id')}']")[0].text.strip()
        if label in names:
            keys.append(box.get("name"))
    assert len(keys) == len(names), page.text
    return {key: "1" for key in keys}


def in_force(page):
    """{area: order in words} of the home page's table."""
    return {row.xpath("th")[0].text_content(): row.xpath("td")[0].text_content()
            for row in page.tree.xpath("//section[@aria-labelledby='now']//tbody/tr")}


@pytest.fixture
def fresh(make_stack):
    return make_stack(feeds=1)


# ---- signing in ----

def test_shows_the_sign_in_page_to_strangers(stack):
    browser = Browser(stack)
    for path in ["/", "/receipt/" + "0" * 32]:
        page = browser.get(path)
        assert page.status == 200
        assert page.form("/sign-in") is not None
    assert browser.post("/check", {"act": "issue"}).status == 403
    assert browser.post("/send", {"xml": "<a/>"}).status == 403


def test_the_cookie_is_kept_from_scripts_and_other_sites(stack):
    reply = requests.get(stack.gate_url + "/", timeout=20)
    cookie = reply.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Path=/" in cookie
    assert "Secure" not in cookie  # plain HTTP on loopback; test_secure_with_tls has the other half


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A throw-away certificate for 127.0.0.1."""
    folder = tmp_path_factory.mktemp("tls")
    cert, key = str(folder / "cert.pem"), str(folder / "key.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                    "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key,
                    "-out", cert], check=True, capture_output=True, timeout=30)
    return cert, key


def test_secure_with_tls(make_stack, certificate):
    cert, key = certificate
    stack = make_stack(feeds=0, gate={"tls_cert": cert, "tls_key": key})
    url = stack.gate_url.replace("http:", "https:")
    reply = requests.get(url + "/", verify=cert, timeout=20)
    assert reply.status_code == 200 and "; Secure" in reply.headers["Set-Cookie"]
    reply = requests.post(url + "/v1/submissions", data=order().encode(), auth=stack.auth(),
                          verify=cert, timeout=20)
    assert reply.status_code == 202, reply.text
    big = order([detail("避難指示", [f"{n}丁目の町内会" for n in range(900)])])
    reply = requests.post(url + "/v1/submissions", data=big.encode(), auth=stack.auth(),
                          verify=cert, timeout=20)
    assert reply.status_code == 202, reply.text
    with pytest.raises(requests.RequestException):
        requests.get(stack.gate_url + "/", timeout=20)


def test_sign_in_and_out(stack):
    browser = Browser(stack, "kakuu")
    page = browser.get("/")
    assert "架空市" in page.text and "990019" in page.text
    page.press(page.form("/sign-out"))
    assert browser.get("/").form("/sign-in") is not None


def test_wrong_passwords_are_refused_and_limited(make_stack):
    stack = make_stack(feeds=0, gate={"sign_in_failures": 3, "sign_in_window_s": 3})
    browser = Browser(stack)
    for _ in range(3):
        page = browser.get("/")
        page = page.press(page.form("/sign-in"), username="kakuu", password="wrong")
        assert page.status == 403 and "パスワードが違います" in page.problem()
    page = browser.get("/")
    page = page.press(page.form("/sign-in"), username="kakuu", password="drill-only-kakuu")
    assert page.status == 429 and "待って" in page.problem()

    def signed_in():
        page = browser.get("/")
        page = page.press(page.form("/sign-in"), username="kakuu", password="drill-only-kakuu")
        return page.status == 200
    wait_until(signed_in, "the address may try again", pause_s=0.5)


def test_every_post_needs_the_token_of_its_session(stack):
    mine, other = Browser(stack, "kakuu"), Browser(stack, "kakuu")
    stolen = other.get("/").form("/check", "issue").fields["token"]
    for token in ["", "0" * 64, stolen]:
        page = mine.get("/")
        reply = page.press(page.form("/check", "issue"), token=token, level="4", whole="1",
                           hazard="flood")
        assert reply.status == 403, token
        assert "架空市" in reply.text, "still signed in: nobody else can sign us out"
    # and the sign-in form has one too
    page = Browser(stack).get("/")
    reply = page.press(page.form("/sign-in"), token="0" * 64, username="kakuu",
                       password="drill-only-kakuu")
    assert reply.status == 403


def test_an_altered_cookie_signs_nobody_in(stack):
    browser = Browser(stack, "kakuu")
    value = browser.session.cookies["hansho_session"]
    principal = value.split(".")[2]
    forged = value.replace(principal, "soba-city".encode().hex())
    browser.session.cookies.clear()
    page = Page(browser, requests.get(stack.gate_url + "/", timeout=20,
                                      headers={"Cookie": f"hansho_session={forged}"}))
    assert page.form("/sign-in") is not None


def test_a_session_ends(make_stack):
    stack = make_stack(feeds=0, gate={"session_s": 1})
    browser = Browser(stack, "kakuu")
    wait_until(lambda: any(f.get("action") == "/sign-in" for f in browser.get("/").tree.forms),
               "the session is over", pause_s=0.2)


# ---- what a page is made of ----

def pages_of(stack):
    browser = Browser(stack)
    yield browser.get("/")
    browser.sign_in(stack, "soba")
    yield browser.get("/")
    check = issue(browser, areas="東町")
    yield check
    yield send(check)
    yield browser.get("/receipt/" + "0" * 32)
    yield issue(browser, areas="")


def test_every_drill_page_says_drill_and_works_without_scripts(stack):
    for page in pages_of(stack):
        where = page.reply.url
        tree = page.tree
        assert not tree.xpath("//script"), where
        assert not tree.xpath("//*[@style or @onclick or @onsubmit]"), where
        banner = tree.xpath("//header/*[1]")[0]
        assert "drill" in banner.get("class") and "訓練" in banner.text_content(), where
        assert tree.xpath("//title")[0].text.startswith("【訓練】"), where
        assert tree.xpath("/html/@lang") == ["ja"], where
        assert tree.xpath("//*[@lang='en']"), where
        assert len(tree.xpath("//h1")) == 1, where
        for field in tree.xpath("//input[not(@type='hidden')] | //textarea | //select"):
            assert tree.xpath(f"//label[@for='{field.get('id')}']"), (where, html.tostring(field))
        ids = tree.xpath("//@id")
        assert len(ids) == len(set(ids)), where
        for group in tree.xpath("//input[@type='radio']"):
            assert group.xpath("ancestor::fieldset/legend"), where
        for form in tree.xpath("//form[@method='post']"):
            assert form.xpath(".//input[@name='token']"), where
            assert form.xpath(".//button[@type='submit']"), where


def test_level_colours_are_the_official_ones_and_the_drill_has_none_of_them(stack):
    css = requests.get(stack.gate_url + "/assets/form.css", timeout=20)
    assert css.status_code == 200 and css.headers["Content-Type"].startswith("text/css")
    again = requests.get(stack.gate_url + "/assets/form.css", timeout=20,
                         headers={"If-None-Match": css.headers["ETag"]})
    assert again.status_code == 304
    official = {"5": "#0c000c", "4": "#aa00aa", "3": "#ff2800", "2": "#f2e700"}
    for level, colour in official.items():
        assert re.search(rf"\.l{level} {{ background: {colour};", css.text), level
    drill = re.search(r"\.drill {([^}]*)}", css.text).group(1)
    assert "repeating-linear-gradient" in drill
    assert not any(colour in drill for colour in official.values())


def luminance(colour):
    parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    parts = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_text_has_enough_contrast(stack):
    css = requests.get(stack.gate_url + "/assets/form.css", timeout=20).text
    pairs = [("#1b1b1f", "#f6f7f8"), ("#3d4250", "#f6f7f8"), ("#3d4250", "#fffbe6"),
             ("#ffffff", "#006070"), ("#ffffff", "#00505e"), ("#ffffff", "#1d3f8a"),
             ("#ffffff", "#aa00aa"), ("#000000", "#ff2800"), ("#ffffff", "#0c000c")]
    for text, ground in pairs:
        assert text in css and ground in css, (text, ground)
        assert contrast(text, ground) >= 4.5, (text, ground)
    # a focus ring must be seen on page and card
    assert contrast("#0b57d0", "#f6f7f8") >= 3 and ":focus-visible" in css


# ---- issue, raise, lower, lift, cancel ----

def test_the_whole_life_of_an_order(fresh):
    browser = Browser(fresh, "kakuu")
    page = browser.get("/")
    assert "発令中の避難情報はありません" in page.text

    check = issue(browser, level="3", areas="北町一丁目,きたまちいっちょうめ\n\n 港町　\n南町\n")
    assert check.status == 200, check.problem()
    assert check.changes() == {"新たに発令": ["北町一丁目", "港町", "南町"]}
    assert check.button()[0].text.strip() == "警戒レベル3 高齢者等避難を 3地区に 発令する（訓練）"
    assert "2段階" not in check.problem()
    assert "発令中の避難情報はありません" in browser.get("/").text, "nothing is sent before the button"
    receipt = send(check)
    assert "/receipt/" in receipt.reply.url and "受け付けて保存しました" in receipt.text
    assert in_force(browser.get("/")) == {n: "警戒レベル3 高齢者等避難" for n in ["北町一丁目", "港町", "南町"]}

    check = issue(browser, level="4", areas="港町\n北町１丁目")
    assert check.changes() == {"引き上げ": ["港町", "北町１丁目"], "引き続き発令中": ["南町"]}
    assert "警戒レベル4 避難指示を 2地区に 発令する（訓練）" in check.text
    send(check)
    check = issue(browser, level="3", areas="港町")
    assert check.changes() == {"引き下げ": ["港町"], "引き続き発令中": ["北町１丁目", "南町"]}
    assert "引き下げ" in check.form("/send").fields["headline"]
    send(check)

    page = browser.get("/")
    check = page.press(page.form("/check", "lift"), **lift_keys(page, ["港町", "北町１丁目"]))
    assert check.changes() == {"引き続き発令中": ["南町"], "解除": ["港町", "北町１丁目"]}
    lifted = check.tree.xpath("//h3[contains(text(),'解除')]/following-sibling::ul[1]")[0]
    assert not lifted.xpath(".//*[contains(@class,'level')]"), "a lift has no colour"
    assert "レベル" not in lifted.text_content() and "level" not in lifted.text_content()
    assert "2地区の避難情報を 解除する（訓練）" in check.text
    send(check)
    assert in_force(browser.get("/")) == {"南町": "警戒レベル3 高齢者等避難"}

    # one document all along, kept as the XML that the form wrote
    state = requests.get(fresh.feed_url("/v1/notices?after=0&limit=10"), timeout=20).json()
    notices = state["notices"] if isinstance(state, dict) else state
    documents = {(n.get("notice") or n)["document"]["id"] for n in notices}
    revisions = [(n.get("notice") or n)["document"]["revision"] for n in notices]
    assert len(documents) == 1 and revisions == [1, 2, 3, 4]
    assert {(n.get("notice") or n)["original"]["content_type"] for n in notices} == {"application/xml"}


def test_a_cancel_needs_a_reason_and_rolls_back(fresh):
    browser = Browser(fresh, "kakuu")
    send(issue(browser, level="3", areas="港町"))
    send(issue(browser, level="5", areas="港町"))
    assert in_force(browser.get("/")) == {"港町": "警戒レベル5 緊急安全確保"}

    page = browser.get("/")
    form = page.form("/check", "cancel")
    document = form.xpath(".//input[@name='document']/@value")[0]
    refused = page.press(form, document=document, reason=" ")
    assert refused.status == 422 and "理由" in refused.problem()
    check = page.press(form, document=document, reason="レベルを選び間違えました。")
    assert check.changes() == {"前のレベルに戻る": ["港町"]}
    assert "警戒レベル5 緊急安全確保 → 警戒レベル3 高齢者等避難" in check.text
    assert "level 5 Emergency Safety Measures → level 3 Evacuation of the elderly, etc." in check.text
    assert "取り消す：1地区を前のレベルに戻す（訓練）" in check.text
    assert "再び有効" not in check.problem(), "nothing that was ended comes back"
    send(check)
    page = browser.get("/")
    assert in_force(page) == {"港町": "警戒レベル3 高齢者等避難"}
    assert not [f for f in page.tree.forms if f.fields.get("act") == "cancel"
                and f.xpath(".//input[@name='document']")], "it cannot be cancelled twice"

    # what stands goes on as a new document of the same disaster
    check = issue(browser, level="4", areas="北町")
    assert check.changes() == {"新たに発令": ["北町"], "引き続き発令中": ["港町"]}
    send(check)
    assert in_force(browser.get("/")) == {"北町": "警戒レベル4 避難指示", "港町": "警戒レベル3 高齢者等避難"}
    page = browser.get("/")
    check = page.press(page.form("/check", "lift"), **lift_keys(page, ["北町", "港町"]))
    send(check)
    assert in_force(browser.get("/")) == {}


def cancel(browser, reason="操作を誤りました。"):
    """Asks for the check page of a cancel of the only document."""
    page = browser.get("/")
    form = page.form("/check", "cancel")
    documents = form.xpath(".//input[@name='document']/@value")
    assert len(documents) == 1, documents
    return page.press(form, document=documents[0], reason=reason)


def test_a_cancel_of_a_lift_says_what_comes_back_and_warns(fresh):
    """Level 4 for two districts, one raised to 5, the other lifted, and then the lift taken back."""
    browser = Browser(fresh, "kakuu")
    send(issue(browser, level="4", areas="港町,みなとまち\n北町,きたまち"))
    send(issue(browser, level="5", areas="港町"))
    page = browser.get("/")
    send(page.press(page.form("/check", "lift"), **lift_keys(page, ["北町"])))
    assert in_force(browser.get("/")) == {"港町": "警戒レベル5 緊急安全確保"}

    check = cancel(browser)
    assert check.changes() == {"再び発令（取消で復活）": ["北町"], "引き続き発令中": ["港町"]}
    assert "この取消は解除を取り消します" in check.problem()
    assert "再び有効になります：北町（警戒レベル4 避難指示）" in check.problem()
    assert "into force again in: 北町 (level 4 Evacuation Order)" in check.problem()
    assert check.button()[0].text.strip() == "直前の発信を 誤りとして 取り消す：1地区を再び発令（訓練）"
    assert "1 area(s) in force again (DRILL)" in check.button()[0].text_content()
    said = check.form("/send").fields["headline"]
    assert "北町に警戒レベル4 避難指示を再び発令しています" in said
    assert "港町に警戒レベル5 緊急安全確保を引き続き発令しています" in said
    assert "緊急安全確保は誤り" not in said
    # it repeats the whole message that it takes back, the lift too
    notice = fresh.validate(check.form("/send").fields["xml"]).json()["notice"]
    states = {d["areas"][0]["area"]["name"]: d["state"] for d in notice["evacuation"]["details"]}
    assert states == {"港町": "issued", "北町": "lifted"}
    send(check)
    assert in_force(browser.get("/")) == {"港町": "警戒レベル5 緊急安全確保", "北町": "警戒レベル4 避難指示"}


def test_a_lift_of_everything_can_be_taken_back(fresh):
    browser = Browser(fresh, "kakuu")
    send(issue(browser, level="4", areas="港町"))
    page = browser.get("/")
    send(page.press(page.form("/check", "lift"), **lift_keys(page, ["港町"])))
    page = browser.get("/")
    assert in_force(page) == {} and "第2報、すべて解除" in page.text
    assert not [f for f in page.tree.forms if f.fields.get("act") == "lift"]
    assert not page.form("/check", "issue").xpath(".//input[@name='document']"), "nothing to go on with"
    check = cancel(browser)
    assert check.changes() == {"再び発令（取消で復活）": ["港町"]}
    assert "この取消は解除を取り消します" in check.problem()
    send(check)
    assert in_force(browser.get("/")) == {"港町": "警戒レベル4 避難指示"}


def test_a_cancel_brings_back_what_a_machine_left_out(fresh):
    """A district that is missing from a snapshot ended without a lift; the warning does not speak of one."""
    document = new_id()
    fresh.accepted(order([detail("避難指示", ["港町", "北町"])], document=document))
    fresh.accepted(order([detail("避難指示", ["港町"])], document=document, revision=2))
    browser = Browser(fresh, "kakuu")
    check = cancel(browser)
    assert check.changes() == {"再び発令（取消で復活）": ["北町"], "引き続き発令中": ["港町"]}
    assert "再び有効になります：北町" in check.problem() and "解除を取り消します" not in check.problem()
    send(check)
    assert set(in_force(browser.get("/"))) == {"港町", "北町"}


def test_a_cancel_of_the_first_message_ends_it(fresh):
    browser = Browser(fresh, "kakuu")
    send(issue(browser, level="4", areas="港町\n北町"))
    check = cancel(browser)
    assert check.changes() == {"取消（誤り）で終了": ["港町", "北町"]}
    assert "この災害で発令中の地区はなくなります" in check.text
    assert "取り消す：2地区の発令を終了（訓練）" in check.text and not check.problem()
    send(check)
    assert in_force(browser.get("/")) == {}


def test_another_disaster_in_the_same_district_is_a_new_order(fresh):
    browser = Browser(fresh, "kakuu")
    send(issue(browser, level="4", areas="港町"))
    check = issue(browser, level="4", areas="港町", document="", hazard="landslide")
    assert check.changes() == {"新たに発令": ["港町"]}
    assert "別の災害「洪水」で警戒レベル4 避難指示が発令中です" in check.text
    assert "in force here for another disaster (洪水)" in check.text
    assert "低いほうのレベル" not in check.problem()
    lower = issue(browser, level="3", areas="港町", document="", hazard="landslide")
    assert "低いほうのレベル" in lower.problem()
    send(check)
    assert len(browser.get("/").tree.xpath("//section[@aria-labelledby='now']//tbody/tr")) == 2


def test_the_additional_text_is_checked_too(stack):
    browser = Browser(stack, "kakuu")
    check = issue(browser, areas=new_id("町"), complement="川から離れて\nください。<b>")
    shown = check.tree.xpath("//section[@aria-labelledby='more']//p")[0]
    assert shown.text_content().split() == ["川から離れて", "ください。<b>"]
    check = issue(browser, areas=new_id("町"))
    assert "補足はありません" in check.text


def test_the_whole_municipality_takes_up_its_districts(fresh):
    browser = Browser(fresh, "kakuu")
    send(issue(browser, level="3", areas="港町"))
    send(issue(browser, level="5", areas="北町"))
    check = issue(browser, level="4", whole=True)
    assert check.changes() == {"新たに発令": ["全域"], "引き続き発令中": ["北町"],
                               "全域の発令に含めて終了": ["港町"]}
    send(check)
    assert in_force(browser.get("/")) == {"全域": "警戒レベル4 避難指示", "北町": "警戒レベル5 緊急安全確保"}


@pytest.mark.parametrize("before,level,warned", [
    (None, "3", False), (None, "4", False), (None, "5", True), ("3", "4", False), ("3", "5", True),
    ("5", "3", True), ("5", "4", False)])
def test_warns_at_a_jump_within_an_order_and_sends_it_all_the_same(stack, before, level, warned):
    browser = Browser(stack, "kakuu")
    name = new_id("町")
    if before:
        send(issue(browser, level=before, areas=name))
    check = issue(browser, level=level, areas=name)
    assert ("2段階以上" in check.problem()) is warned
    told = check.tree.xpath("//*[@class='note']")
    assert bool(told) is (before is None and level == "4"), "a first order above 3 is told, not warned of"
    if told:
        words = told[0].text_content()
        assert "警戒レベル3を経ずに、警戒レベル4 避難指示（危険な場所から全員避難）から" in words
        assert "begins with level 4 Evacuation Order and not with level 3" in words
    assert "受け付けて保存しました" in send(check).text


@pytest.mark.parametrize("fields,problem", [
    ({"level": None, "areas": "港町"}, "警戒レベルを選んで"),
    ({"level": "9", "areas": "港町"}, "警戒レベルを選んで"),
    ({"level": "2", "areas": "港町"}, "警戒レベルを選んで"),
    ({"areas": " \n　\n"}, "地区がありません"),
    ({"areas": "港町", "hazard": None, "document": ""}, "災害の種類"),
    ({"areas": "港町", "document": "of-somebody-else"}, "災害の発令は"),
    ({"areas": "\n".join(f"町{i}" for i in range(2500))}, "地区の数が多すぎる"),
])
def test_says_what_is_missing_and_keeps_what_was_entered(stack, fields, problem):
    browser = Browser(stack, "soba")
    page = issue(browser, **{"complement": "補足の文章です", **fields})
    assert page.status == 422
    assert problem in page.problem(), page.problem()
    form = page.form("/check", "issue")
    assert form.fields["complement"].strip() == "補足の文章です"
    assert form.fields["areas"].strip("\r\n") == fields.get("areas", "").strip("\r\n")


def test_nothing_that_is_entered_becomes_markup(stack):
    browser = Browser(stack, "soba")
    nasty = "\"><script>alert(1)</script>&amp;'町"
    check = issue(browser, areas=nasty, disaster=nasty, complement=nasty, document="")
    assert check.status == 200, check.problem()
    assert not check.tree.xpath("//script")
    assert check.changes() == {"新たに発令": [nasty]}
    receipt = send(check)
    assert not receipt.tree.xpath("//script")
    assert nasty in in_force(browser.get("/"))


# ---- between checking and sending ----

def test_an_edited_text_is_shown_again_before_it_goes(fresh):
    browser = Browser(fresh, "kakuu")
    check = issue(browser, areas="港町")
    form = check.form("/send")
    assert "避難指示" in form.fields["headline"] and "港町" in form.fields["headline"]
    again = check.press(form, headline="港町の皆さんは\r\n高台へ避難してください。")
    assert again.button() and "もう一度確認" in again.problem()
    assert again.form("/send").fields["headline"].strip() == "港町の皆さんは 高台へ避難してください。" or \
        again.form("/send").fields["headline"].split() == ["港町の皆さんは", "高台へ避難してください。"]
    assert "発令中の避難情報はありません" in browser.get("/").text
    receipt = send(again)
    assert "高台へ避難してください" in receipt.text
    assert "訓練" in receipt.tree.xpath("//blockquote")[0].text_content()


def test_checking_again_with_a_changed_text_sends_nothing(fresh):
    browser = Browser(fresh, "kakuu")
    check = issue(browser, areas="港町")
    again = check.press(check.form("/send"), formaction="/check", headline="高台へ。")
    assert again.button() and again.form("/send").fields["said"] == "高台へ。"
    assert "発令中の避難情報はありません" in browser.get("/").text


def test_somebody_else_was_faster(fresh):
    one, other = Browser(fresh, "kakuu"), Browser(fresh, "kakuu")
    mine = issue(one, level="3", areas="港町")
    send(issue(other, level="4", areas="港町"))
    again = send(mine)
    assert "発令状況または文面が変わりました" in again.problem()
    # the plan is made anew on what stands now
    assert again.changes().get("引き下げ") == ["港町"] or again.changes().get("新たに発令") == ["港町"]
    assert in_force(one.get("/")) == {"港町": "警戒レベル4 避難指示"}


def test_pressing_twice_sends_once(fresh):
    browser = Browser(fresh, "kakuu")
    check = issue(browser, areas="港町")
    first, second = send(check), send(check)
    assert first.reply.url == second.reply.url and "/receipt/" in first.reply.url
    assert len(in_force(browser.get("/"))) == 1
    counts = fresh.metrics("gate")
    assert counts['hansho_gate_submissions_total{outcome="accepted"}'] == 1
    assert counts['hansho_gate_submissions_total{outcome="duplicate"}'] == 1


def test_the_hub_is_away(fresh):
    browser = Browser(fresh, "kakuu")
    check = issue(browser, areas="港町")
    fresh.stop("hub")
    wait_until(lambda: requests.get(f"http://{fresh.ops['gate']}/readyz", timeout=20).status_code == 503,
               "the gate notices")
    page = browser.get("/")
    assert "確認できません" in page.problem()
    assert "発令中の避難情報はありません" not in page.text, "no data must not read as no order"
    refused = send(check)
    assert refused.status == 503 and "受け付けませんでした" in refused.problem()
    fresh.start("hub")
    fresh.processes["gate"].wait_ready(fresh.ops["gate"])
    receipt = refused.press(refused.form("/send"))
    assert "/receipt/" in receipt.reply.url, receipt.text
    assert in_force(browser.get("/")) == {"港町": "警戒レベル4 避難指示"}


# ---- beside machines, and beside others ----

def test_the_form_goes_on_where_a_machine_of_the_same_source_stands(fresh):
    document = new_id()
    fresh.accepted(order([detail("高齢者等避難", ["港町", "北町一丁目"])], document=document))
    browser = Browser(fresh, "kakuu")
    check = issue(browser, level="4", areas="北町1丁目")
    assert check.changes() == {"引き上げ": ["北町1丁目"], "引き続き発令中": ["港町"]}
    assert check.form("/send").fields["sent_document"] == document
    assert check.form("/send").fields["sent_revision"] == "2"
    send(check)
    assert len(in_force(browser.get("/"))) == 2


def test_orders_of_other_sources_are_shown_and_left_alone(fresh):
    fresh.accepted(order([detail("避難指示", ["港町"])], source="bosai.pref.example"), user="pref")
    browser = Browser(fresh, "kakuu")
    page = browser.get("/")
    assert in_force(page) == {"港町": "警戒レベル4 避難指示"} and "他の窓口から発信" in page.text
    assert not [f for f in page.tree.forms if f.fields.get("act") in ("lift", "cancel")]
    assert in_force(Browser(fresh, "soba").get("/")) == {}


def test_a_receipt_is_for_its_sender_and_refreshes_by_itself(stack):
    browser = Browser(stack, "kakuu")
    receipt = send(issue(browser, areas=new_id("町")))
    path = urllib.parse.urlsplit(receipt.reply.url).path
    assert receipt.tree.xpath("//meta[@http-equiv='refresh']/@content") == ["2"]
    still = browser.get(path + "?still=1")
    assert not still.tree.xpath("//meta[@http-equiv='refresh']")
    assert Browser(stack, "soba").get(path).status == 404
    # the same state for machines
    assert stack.status(path.rsplit("/", 1)[1]).status_code == 200


def test_the_receipt_calls_outlets_by_their_names(make_stack, tmp_path):
    """The adapter by the built-in table, its outlet by the configuration of the gate."""
    stack = make_stack(feeds=0, gate={"outlets": [{"adapter": "jalert", "outlet": "plan_dir", "ja": "放送計画の控え",
                                                   "en": "Copy of the plan"}]},
                       adapters=[{"program": "hansho-jalert", "name": "jalert", "config": {"plan_dir": str(tmp_path)}}])
    browser = Browser(stack, "kakuu")
    path = urllib.parse.urlsplit(send(issue(browser, areas="港町")).reply.url).path

    def names():
        rows = browser.get(path).tree.xpath("//section[@aria-labelledby='outlets']//tbody/tr/th")
        found = [row.text_content() for row in rows]
        return found if any("控え" in name for name in found) else None
    found = wait_until(names, "the plan is on file")
    assert "防災行政無線／放送計画の控え Loudspeakers / Copy of the plan" in [re.sub(r"\s+", " ", n) for n in found]
    assert not any("jalert" in name or "plan_dir" in name for name in found)


def test_the_form_sends_what_a_machine_would_send(fresh):
    """The document goes through the same checks: it is valid for /v1/validate byte for byte."""
    browser = Browser(fresh, "kakuu")
    check = issue(browser, level="4", areas="港町,みなとまち", complement="川から離れてください。")
    xml = check.form("/send").fields["xml"]
    reply = fresh.validate(xml)
    assert reply.status_code == 200, reply.text
    notice = reply.json()["notice"]
    assert reply.json()["warnings"] == []
    assert notice["original"]["content_type"] == "application/xml"
    assert notice["document"]["source"] == "bosai.kakuu.example"
    assert notice["level"]["number"] == 4 and notice["level"]["term"] == "避難指示"
    assert notice["evacuation"]["hazard"] == "flood"
    assert notice["evacuation"]["complement"] == "川から離れてください。"
    place = notice["evacuation"]["details"][0]["areas"][0]["area"]
    assert (place["name"], place["kana"], place["code"]) == ("港町", "みなとまち", "990019")


def test_a_live_form_says_so(make_stack):
    live = make_stack(mode="live", feeds=0)
    browser = Browser(live, "kakuu")
    page = browser.get("/")
    assert page.tree.xpath("//header/*[1]")[0].get("class") == "mode live"
    assert "訓練" not in page.text
    check = issue(browser, areas="港町")
    assert "（本番）" in check.button()[0].text
    assert "Actual" in check.form("/send").fields["xml"]
    assert "受け付けて保存しました" in send(check).text
