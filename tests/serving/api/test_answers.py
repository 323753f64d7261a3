from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient
from pydantic import BaseModel, Field
from starlette.responses import Response

from ews.serving.api.answers import answer


class Told(BaseModel):
    """A model with an alias, words beyond ASCII, a null and numbers of all sizes."""

    before: float | None = Field(default=None, alias="from")
    words: dict[str, str] = {"zh": "橙色预警"}
    numbers: list[float] = [0.1, 1e-300, 1e22, -0.0]


def test_an_answer_is_what_fastapi_makes_of_the_model():
    router = APIRouter()

    @router.get("/made")
    def made() -> Told:
        return Told()

    @router.get("/answered", response_model=Told)
    def answered() -> Response:
        return answer(Told())

    app = FastAPI()
    app.include_router(router)
    with TestClient(app) as client:
        one, other = client.get("/made"), client.get("/answered")
    assert (one.content, one.headers) == (other.content, other.headers)
