"""The shop's pages. No script runs in them: links, forms and one style sheet."""

from __future__ import annotations

import logging
import re
import uuid

from flask import Flask, Response, abort, g, make_response, redirect, render_template, request
from werkzeug.exceptions import HTTPException

from apps.common import VERSION, web
from apps.common.environment import setting
from apps.common.logs import request_id
from apps.common.peers import Peer, PeerError
from apps.storefront import checkout, trail
from apps.storefront.shop import CATEGORIES, Shop, money, related

_CART = "cart"
_YEAR = 365 * 24 * 3600
_log = logging.getLogger("storefront")


def from_environment() -> Flask:
    """The application that Gunicorn serves."""
    catalog, cart, orders = (
        Peer(name, setting(f"{name.upper()}_URL"), caller="storefront", observe=trail.note)
        for name in ("catalog", "cart", "orders")
    )
    return create_app(Shop(catalog, cart, orders))


def create_app(shop: Shop) -> Flask:
    """The pages of ``shop``."""
    needs = {"catalog": shop.catalog.alive, "cart": shop.cart.alive, "orders": shop.orders.alive}
    app = web.service("storefront", needs=needs)
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    app.add_template_filter(money)
    app.context_processor(lambda: _everywhere(shop))
    app.after_request(_closed)
    app.register_error_handler(PeerError, _away)
    app.register_error_handler(HTTPException, _wrong)
    _browsing(app, shop)
    _basket(app, shop)
    _ordering(app, shop)
    return app


def _browsing(app: Flask, shop: Shop) -> None:
    @app.get("/")
    def home() -> str:
        category = request.args.get("category", "")
        if category and category not in CATEGORIES:
            abort(404)
        products = shop.products()
        shown = [each for each in products if category in ("", each["category"])]
        return render_template("home.html", products=shown, category=category)

    @app.get("/products/<sku>")
    def product(sku: str) -> str:
        products = shop.products()
        found = next((each for each in products if each["sku"] == sku), None) or abort(404)
        return render_template("product.html", product=found, related=related(products, found))


def _basket(app: Flask, shop: Shop) -> None:
    @app.get("/basket")
    def basket() -> str:
        found = shop.basket(_cart())
        g.count = found.count
        return render_template("basket.html", basket=found)

    @app.post("/basket")
    def add() -> Response:
        product = shop.product(request.form.get("sku", "")) or abort(404)
        cart = _cart() or uuid.uuid4().hex
        path = f"/carts/{cart}/lines/{product['sku']}"
        shop.cart.call("POST", path, body={"quantity": _quantity(least=1)})
        response = _see("/basket")
        # Lax: another site's form does not reach this basket.
        response.set_cookie(
            _CART, cart, max_age=_YEAR, httponly=True, samesite="Lax", secure=request.is_secure
        )
        return response

    @app.post("/basket/<sku>")
    def change(sku: str) -> Response:
        product = shop.product(sku) or abort(404)
        body = {"quantity": _quantity(least=0)}
        cart = _cart()
        if cart:
            shop.cart.call("PUT", f"/carts/{cart}/lines/{product['sku']}", body=body)
        return _see("/basket")


def _ordering(app: Flask, shop: Shop) -> None:
    @app.get("/checkout")
    def form() -> Response:
        return _checkout(shop, checkout.blank())

    @app.post("/checkout")
    def send() -> Response:
        return _sent(shop, checkout.filled(request.form))

    @app.get("/orders/<order>")
    def order(order: str) -> str:
        known = re.fullmatch(r"HL-[0-9A-Z]{12}", order)
        found = (shop.orders.get(f"/orders/{order}") if known else None) or abort(404)
        return render_template("order.html", order=found)


def _sent(shop: Shop, form: checkout.Form) -> Response:
    cart = _cart()
    if cart is None or form.errors:
        return _checkout(shop, form, status=422)
    try:
        answer = shop.orders.call(
            "POST",
            "/orders",
            body=form.order(cart),
            headers={"Idempotency-Key": form.key},
            expect={422},
        )
    except PeerError:
        text = "We could not finish your order. Please send it again: you will be charged once."
        return _checkout(shop, form.again(text, new_key=False), status=503)
    order = answer.json()
    if answer.is_success and order["state"] == "paid":
        return _see(f"/orders/{order['id']}")
    return _refused(shop, form, order)


def _refused(shop: Shop, form: checkout.Form, order: dict[str, str]) -> Response:
    if order.get("state") == "out_of_stock":
        return _see("/basket")  # which says which line is short
    reason = order.get("reason") or order.get("error") or "The order was not accepted."
    text = f"{reason} Nothing was charged, and your basket is as it was."
    return _checkout(shop, form.again(text, new_key=True), status=422)


def _checkout(shop: Shop, form: checkout.Form, status: int = 200) -> Response:
    basket = shop.basket(_cart())
    if not basket.lines:
        return _see("/basket")
    g.count = basket.count
    return make_response(render_template("checkout.html", form=form, basket=basket), status)


def _cart() -> str | None:
    cookie = request.cookies.get(_CART, "")
    return cookie if re.fullmatch(r"[0-9a-f]{32}", cookie) else None


def _quantity(least: int) -> int:
    text = request.form.get("quantity", "1")
    return int(text) if re.fullmatch(r"\d{1,3}", text) and int(text) >= least else abort(400)


def _see(path: str) -> Response:
    return make_response(redirect(path, 303))


def _everywhere(shop: Shop) -> dict[str, object]:
    return {
        "categories": CATEGORIES,
        "basket_count": _count(shop),
        "trail": trail.stops(),
        "version": VERSION,
        "instance": trail.short(web.INSTANCE),
        "request_id": request_id.get(),
    }


def _count(shop: Shop) -> int:
    if "count" not in g:
        try:
            g.count = shop.count(_cart())
        except PeerError:
            g.count = 0  # the number beside the basket is no reason to show no page
    return int(g.count)


def _closed(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    if response.mimetype == "text/html":
        response.headers["Cache-Control"] = "no-store"
    return response


def _away(error: PeerError) -> tuple[str, int]:
    _log.error("a service does not answer", extra={"error": str(error)})
    g.count = 0
    page = render_template(
        "message.html",
        title="Back in a moment",
        text=f"Our {error.peer} service is not answering. Please try again shortly.",
    )
    return page, 503


def _wrong(error: HTTPException) -> tuple[str, int]:
    missing = error.code == 404
    title = "Nothing on this quay" if missing else "That did not work"
    text = "We looked along the whole harbour." if missing else "Please go back and try again."
    return render_template("message.html", title=title, text=text), error.code or 500
