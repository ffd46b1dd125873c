"""The pages that a browser is shown on its way back from the identity provider.

A browser that comes from another site does not send our session's cookie (`SameSite=Strict`), nor
along a redirect: a page of our own goes on to the map instead, as anybody's click here would.
What went wrong is told there too, beside the form for another try; this page tells it to who has
a browser that does not go on by itself.
"""

from html import escape
from typing import Final

from starlette.responses import HTMLResponse

from gis_gov.problems import Problem

HEADERS: Final = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'",
    "referrer-policy": "no-referrer",  # the address has the code in it
    "x-content-type-options": "nosniff",
}
_PAGE: Final = """<!doctype html>
<html lang="zh-Hans">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
{head}<title>{title} · {title_en}</title>
<h1>{title}</h1>
<p>{text}</p>
<h1 lang="en">{title_en}</h1>
<p lang="en">{text_en}</p>
<p><a href="/">返回首页 · <span lang="en">To the map</span></a></p>
</html>
"""
_GO_ON: Final = '<meta http-equiv="refresh" content="0; url={}">\n'
_REFUSED: Final = (
    "登录未成功",
    "统一身份认证登录未成功、已超时，或该身份尚未关联本系统账号。请重新登录，或联系管理员。",
)
_UNAVAILABLE: Final = ("暂时无法登录", "身份认证服务暂时没有正常响应。请稍后再试，或使用密码登录。")
_NONE: Final = ("未启用统一身份认证", "本系统未配置外部身份认证，请使用密码登录。")
_TOLD: Final = {401: _REFUSED, 404: _NONE, 503: _UNAVAILABLE}


def signed_in_page() -> HTMLResponse:
    """Go on to the map, from a page of our own."""
    page = _PAGE.format(
        head=_GO_ON.format("/"),
        title="已登录",
        text="正在打开地图……",
        title_en="Signed in",
        text_en="The map is being opened.",
    )
    return HTMLResponse(page, headers=HEADERS)


def problem_page(problem: Problem) -> HTMLResponse:
    """Tell a person what a problem tells a program, here and by the sign-in form of the map."""
    title, text = _TOLD.get(problem.status, _REFUSED)
    page = _PAGE.format(
        head=_GO_ON.format(f"/#failed={problem.slug}"),
        title=title,
        text=text,
        title_en=escape(problem.title),
        text_en=escape(problem.detail),
    )
    return HTMLResponse(page, status_code=problem.status, headers=HEADERS)
