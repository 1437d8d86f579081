"""The peer: the same form in Django, one file. Same pages, fields, routes, crypto and durability as mizumado.

Run as a program it makes the tables; under gunicorn it serves. Left out, in the peer's favour: the gateway's call, the
look-up of branches and towns, events and edges, kana indexes, the sending of the mail."""
import base64
import hashlib
import hmac
import json
import os
import re
import secrets
import sys

import django
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

FOLDER = os.environ["PEER_FOLDER"]
HINT = "例のとおりに入力してください"

BASE = """<!DOCTYPE html><html lang="ja"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{{ title }} - 水道料金の口座振替申込み - 長岡市水道局</title><link rel="stylesheet" href="/assets/app.css">
<script src="/assets/form.js" defer></script></head><body class="public"><a class="skip-link" href="#main">本文へ移動</a>
<header class="site-header"><a class="site-name" href="/">長岡市水道局</a></header><div class="page">
<nav class="back"><a href="/">前の画面にもどる</a></nav><main id="main"><h1>{{ title }}</h1>{% block main %}{% endblock %}
</main><footer class="help"><h2>お問い合わせ</h2><p>長岡市水道局　業務課 料金担当</p><p><a href="tel:0258000000">0258-00-0000</a>
</p><ul><li><a href="/receipt">申込みの状況を確認する</a></li><li><a href="/faq">よくある質問</a></li>
<li><a href="/easy">やさしい日本語</a></li><li><a href="/privacy">個人情報の取扱い</a></li></ul></footer></div></body></html>"""

STEP = """{% extends "base.html" %}{% block main %}<p class="step">手順 {{ number }}／8</p>
<form class="form" method="post"><input type="hidden" name="draft_rev" value="{{ rev }}">
{% for field in form %}<div class="field"><label for="{{ field.id_for_label }}">{{ field.label }}</label>
{% if field.help_text %}<p class="hint">{{ field.help_text }}</p>{% endif %}
{% for error in field.errors %}<p class="error">{{ error }}</p>{% endfor %}{{ field }}</div>{% endfor %}
<button class="button">次へ進む</button></form>{% endblock %}"""

CHECK = """{% extends "base.html" %}{% block main %}<p>まだ申込みは終わっていません。</p><dl class="summary">
{% for label, value, step in rows %}<div><dt>{{ label }}</dt><dd>{{ value }}</dd>
<dd><a href="/apply/{{ step }}?back=check">変更する</a></dd></div>{% endfor %}</dl>
<form class="form" method="post" action="/apply/check"><input type="hidden" name="draft_rev" value="{{ rev }}">
<input type="hidden" name="key" value="{{ key }}"><button class="button">この内容で進む</button></form>{% endblock %}"""

PAGES = {"base.html": BASE, "step.html": STEP, "check.html": CHECK}
DATABASE = {
    "ENGINE": "django.db.backends.sqlite3", "NAME": f"{FOLDER}/peer.db", "CONN_MAX_AGE": None,
    "OPTIONS": {
        "transaction_mode": "IMMEDIATE", "timeout": 5,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;",
    },
}
settings.configure(
    DEBUG=False, SECRET_KEY=secrets.token_hex(32), ALLOWED_HOSTS=["127.0.0.1"], ROOT_URLCONF=__name__, USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField", DATABASES={"default": DATABASE}, LOGGING_CONFIG=None,
    MIDDLEWARE=["django.middleware.security.SecurityMiddleware", f"{__name__}.guards",
                "django.middleware.common.CommonMiddleware"],
    SECURE_HSTS_SECONDS=31536000,
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "OPTIONS": {"loaders": [
        ("django.template.loaders.cached.Loader", [("django.template.loaders.locmem.Loader", PAGES)])]}}],
)
django.setup()

from django import forms  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection, models, transaction  # noqa: E402
from django.http import HttpResponseForbidden, HttpResponseRedirect  # noqa: E402
from django.shortcuts import render  # noqa: E402
from django.urls import path  # noqa: E402
from django.utils import timezone  # noqa: E402


class Table(models.Model):
    class Meta:
        abstract = True
        app_label = "peer"


class Application(Table):
    id = models.CharField(primary_key=True, max_length=40)
    receipt_number = models.CharField(max_length=9, null=True, unique=True)
    state = models.CharField(max_length=20)
    rev = models.IntegerField()
    answers = models.TextField()
    submit_key = models.CharField(max_length=64, unique=True)
    customer_index = models.CharField(max_length=40, null=True, db_index=True)
    updated_at = models.DateTimeField()


class Visit(Table):
    token = models.CharField(primary_key=True, max_length=40)
    application = models.ForeignKey(Application, models.CASCADE)
    seen_at = models.DateTimeField()


class Token(Table):
    application = models.ForeignKey(Application, models.CASCADE)
    kind = models.CharField(max_length=10)
    token = models.CharField(max_length=40, db_index=True)


class Attempt(Table):
    id = models.CharField(primary_key=True, max_length=40)
    application = models.ForeignKey(Application, models.CASCADE)
    request = models.TextField()
    details = models.TextField()
    account_index = models.CharField(max_length=40, db_index=True)


class AuditEntry(Table):
    no = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    action = models.CharField(max_length=40)
    subject = models.CharField(max_length=80)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)


class Mail(Table):
    id = models.CharField(primary_key=True, max_length=40)
    recipient = models.TextField()
    title = models.TextField()
    body = models.TextField()
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)


class Job(Table):
    id = models.CharField(primary_key=True, max_length=40)
    kind = models.CharField(max_length=20)
    payload = models.CharField(max_length=80)
    run_at = models.DateTimeField(db_index=True)


TABLES = [Application, Visit, Token, Attempt, AuditEntry, Mail, Job]
SEAL = AESGCM(bytes.fromhex(os.environ["PEER_SEAL_KEY"]))
BLIND = bytes.fromhex(os.environ["PEER_BLIND_KEY"])
COLUMN_KEYS = {}


def seal(table, row, field, text):
    nonce = os.urandom(12)
    place = f"{table}‖{row}‖{field}‖k1".encode()
    return "k1." + base64.b64encode(nonce + SEAL.encrypt(nonce, text.encode(), place)).decode()


def unseal(table, row, field, sealed):
    key, body = sealed.split(".", 1)
    raw = base64.b64decode(body)
    return SEAL.decrypt(raw[:12], raw[12:], f"{table}‖{row}‖{field}‖{key}".encode()).decode()


def blind(column, value):
    key = COLUMN_KEYS.get(column) or COLUMN_KEYS.setdefault(column, hmac.digest(BLIND, column.encode(), "sha256"))
    return hmac.digest(key, value.encode(), "sha256")[:20].hex()


def text(label, pattern="", required=True):
    def check(value):
        if value and pattern and not re.fullmatch(pattern, value):
            raise forms.ValidationError(f"{label}は、正しい形で入力してください")
    return forms.CharField(label=label, help_text=HINT, required=required, max_length=2000, validators=[check])


def choice(label, *values, required=True):
    return forms.ChoiceField(label=label, choices=[(v, v) for v in values], widget=forms.RadioSelect, required=required)


KANA = "[ァ-ヶー ]+"
BANKS = ["0140", "0010", "0001", "0005", "0009", "1371", "2963", "9900", "0143", "1380", "2004", "6120", "0133"]
FIELDS = {
    "bank": {"institution": choice("金融機関", *BANKS)},
    "number": {"application_kind": choice("お申込みの種類", "new", "change"),
               "customer_number": text("お問い合わせ番号", "[0-9]{10}")},
    "place": {"postal_code": text("郵便番号", "[0-9]{7}"), "town": text("住所"), "block": text("番地"),
              "building": text("建物", required=False), "start_year": text("年", "[0-9]+", False),
              "start_month": text("月", "[0-9]+", False), "start_day": text("日", "[0-9]+", False)},
    "name": {"family_name": text("姓"), "given_name": text("名"), "family_kana": text("セイ", KANA),
             "given_kana": text("メイ", KANA), "name_changed": choice("名義の変更", "no", "yes")},
    "contact": {"phone_mobile": text("電話番号（携帯）", "0[0-9]{9,10}", False),
                "phone_home": text("電話番号（自宅）", "0[0-9]{9,10}", False),
                "phone_work": text("電話番号（勤務先）", "0[0-9]{9,10}", False),
                "relation": choice("申込みをする方", "self", "family", "other", "corporate"),
                "notice": choice("結果のお知らせ方法", "mail", "site"),
                "email": forms.EmailField(label="メールアドレス", required=False, help_text=HINT)},
    "account": {"branch": text("支店", "[0-9]{3}"), "deposit_type": choice("預金種別", "1"),
                "account_number": text("口座番号", "[0-9]{1,7}"), "holder": choice("名義", "same", "other"),
                "holder_name": text("口座名義", required=False), "holder_kana": text("口座名義（カナ）", KANA, False)},
}
ORDER = list(FIELDS)
FORMS = {word: type(word, (forms.Form,), dict(fields)) for word, fields in FIELDS.items()}
LABELS = [(name, field.label, word) for word, fields in FIELDS.items() for name, field in fields.items()]


class SeeOther(HttpResponseRedirect):
    status_code = 303


def guards(get_response):
    """mizumado's rule against cross-site requests, and its headers."""
    def guard(request):
        if request.method == "POST" and request.headers.get("sec-fetch-site") != "same-origin":
            return HttpResponseForbidden()
        response = get_response(request)
        response["content-security-policy"] = "default-src 'none'; script-src 'self'; style-src 'self'"
        response["cache-control"] = "no-store"
        return response
    return guard


def applicant(request):
    visit = Visit.objects.select_related("application").get(token=blind("visits.token", request.COOKIES["apply"]))
    application = visit.application
    return application, json.loads(unseal("applications", application.id, "answers", application.answers))


def terms(request):
    with transaction.atomic():
        key = secrets.token_urlsafe(20)
        application = Application.objects.create(
            id=key, state="draft", rev=1, submit_key=secrets.token_urlsafe(32), updated_at=timezone.now(),
            answers=seal("applications", key, "answers", "{}"))
        secret = secrets.token_urlsafe(32)
        Visit.objects.create(token=blind("visits.token", secret), application=application, seen_at=timezone.now())
    response = SeeOther("/apply/bank")
    response.set_cookie("apply", secret, secure=True, httponly=True, samesite="Lax")
    return response


def step(request, word):
    application, answers = applicant(request)
    number = ORDER.index(word) + 2
    form = FORMS[word](request.POST) if request.method == "POST" else FORMS[word](initial=answers)
    if request.method == "POST" and form.is_valid():
        answers |= form.cleaned_data
        changed = Application.objects.filter(id=application.id, rev=application.rev, state="draft").update(
            rev=application.rev + 1, updated_at=timezone.now(),
            answers=seal("applications", application.id, "answers", json.dumps(answers)))
        later = ORDER[number - 1] if number - 1 < len(ORDER) else "check"
        return SeeOther(f"/apply/{later}" if changed else f"/apply/{word}?error")
    return render(request, "step.html", {"form": form, "rev": application.rev, "title": word, "number": number})


def check(request):
    application, answers = applicant(request)
    wrong = next((word for word, form in FORMS.items() if not form(answers).is_valid()), None)
    if wrong:
        return SeeOther(f"/apply/{wrong}?error")
    if request.method == "GET":
        rows = [(label, answers.get(name, ""), word) for name, label, word in LABELS]
        return render(request, "check.html", {"rows": rows, "rev": application.rev, "key": application.submit_key,
                                              "title": "入力内容を確認してください"})
    if request.POST["key"] != application.submit_key or int(request.POST["draft_rev"]) != application.rev:
        return HttpResponseForbidden()
    with transaction.atomic():
        submit(application, answers)
    return SeeOther("/apply/handoff")


def submit(application, answers):
    """Receipt number, indexes, attempt, audit entry, mail and jobs: one transaction."""
    now, attempt, mail = timezone.now(), secrets.token_hex(13), secrets.token_hex(13)
    customer = blind("applications.customer", answers["customer_number"])
    if Application.objects.filter(customer_index=customer, state="at_institution").exclude(id=application.id).exists():
        raise RuntimeError("already in flight")
    receipt = "".join(secrets.choice("23456789ABCDEFGHJKMNPQRSTUVWXYZ") for _ in range(9))
    Application.objects.filter(id=application.id).update(
        receipt_number=receipt, state="at_institution", customer_index=customer, updated_at=now)
    phones = [answers[name] for name in ("phone_mobile", "phone_home", "phone_work") if answers.get(name)]
    Token.objects.bulk_create([Token(application=application, kind="phone", token=blind("applications.phone", phone))
                               for phone in phones])
    account = {name: answers[name] for name in ("institution", "branch", "deposit_type", "account_number")}
    Attempt.objects.create(
        id=attempt, application=application, request=seal("attempts", attempt, "request", json.dumps(account)),
        details=seal("attempts", attempt, "details", json.dumps(answers)),
        account_index=blind("attempts.account", "/".join(account.values())))
    audit(now, "application.at_institution", f"application/{application.id}")
    jobs = [Job(id=secrets.token_hex(13), kind="inquire", payload=attempt, run_at=now)]
    if answers.get("email"):
        body = f"受付番号 {receipt}\nhttp://127.0.0.1/receipt\n長岡市水道局\n"
        Mail.objects.create(id=mail, recipient=seal("mails", mail, "recipient", answers["email"]),
                            title="口座振替の申込みを受け付けました", body=body, created_at=now)
        jobs.append(Job(id=secrets.token_hex(13), kind="mail", payload=mail, run_at=now))
    Job.objects.bulk_create(jobs)


def audit(now, action, subject):
    last = AuditEntry.objects.order_by("-no").first()
    no, previous = (last.no + 1, last.hash) if last else (1, "peer")
    line = "".join(f"{len(part)}:{part}\n" for part in (previous, str(no), now.isoformat(), action, subject))
    AuditEntry.objects.create(no=no, at=now, action=action, subject=subject, previous_hash=previous,
                              hash=hashlib.sha256(line.encode()).hexdigest())


urlpatterns = [path("apply/terms", terms), path("apply/check", check), path("apply/<str:word>", step)]
application = get_wsgi_application()

if __name__ == "__main__":
    with connection.schema_editor() as editor:
        for table in TABLES:
            editor.create_model(table)
    sys.exit(0)
