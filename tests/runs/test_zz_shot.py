from datetime import date
from decimal import Decimal
import pytest
from playwright.sync_api import Page
from tests.browser.conftest import *
from tests.runs.play import Play
from tests.factories import NOW, act, make_card, make_operator, make_user, PASSWORD
from cards.queries.sight import *
from django.urls import reverse
pytestmark=[pytest.mark.django_db(transaction=True)]
import os
AXE=os.environ.get("AXE","")
def test_shots(page: Page, site, clock, playbooks):
    u=make_user("alice@example.org", name="Alice Li")
    op=make_operator("Batelco"); op.site_url="https://batelco.example/help"; op.hotline="+973 196"; op.save()
    c=make_card(u,operator=op,purposes=("roaming",),number="+97336123456",iccid="8997301000000000001",label="Bahrain",note="Bought at the airport "*8)
    p=Play.of(c,"cancel-roaming",wished_on=date(2027,1,31))
    p.does("balance",balance=Decimal("2.5"),currency="BHD"); p.does_all("bound","backup"); p.does("contact",case_number="C-4711",note="met at the airport counter")
    a=act(c,"top-up",on=date(2026,11,3),amount=Decimal(5),currency="BHD",order_number="airport-1234567890"*3,method="Alipay")
    page.goto(site+"/account/login/"); page.fill("input[name=login]",u.email); page.fill("input[name=password]",PASSWORD); page.click("main button[type=submit]")
    for w in (1280,360):
        page.set_viewport_size({"width":w,"height":900})
        for n,path in {"en":f"/runs/{p.run.public_id}/letter/","ar":f"/runs/{p.run.public_id}/letter/?lang=ar","zh":f"/runs/{p.run.public_id}/letter/?lang=zh","s":"/search/?q=airport","s0":"/search/","sx":"/search/?q=a","sn":"/search/?q=zzzz","run":f"/runs/{p.run.public_id}/"}.items():
            page.goto(site+path); assert page.evaluate("document.documentElement.scrollWidth")<=w, (n,w)
            page.screenshot(path=f"/tmp/k/letter/shots/{n}-{w}.png",full_page=True)
    page.goto(site+f"/runs/{p.run.public_id}/letter/")
    page.click("button[data-copy]"); page.wait_for_selector("text=Copied."); 
    page.emulate_media(color_scheme="dark"); page.screenshot(path="/tmp/k/letter/shots/dark.png",full_page=True)
    page.goto(site+"/search/?q=airport"); page.screenshot(path="/tmp/k/letter/shots/sdark.png",full_page=True)
