"""A peer: FastAPI as its tutorial shows it, a model in and a dictionary out, with NumPy between."""
from typing import List, Optional

from serve import serve
from backward import answer
from fastapi import FastAPI
from pydantic import BaseModel


class Network(BaseModel):
    W1: List[List[float]]
    b1: List[float]
    W2: List[List[float]]
    b2: List[float]


class Sample(BaseModel):
    x: List[float]
    y: List[float]


class Body(BaseModel):
    network: Network
    samples: List[Sample]
    include: Optional[List[str]] = None


app = FastAPI()


@app.post('/backward')
async def backward(body: Body):
    return answer(vars(body.network), vars(body.samples[0]), body.include)


serve(app)
