"""Coroutines: classes are ranked one after the other, and the network runs in a thread that is waited for."""
import asyncio

import numpy as np
import tensorflow as tf


async def _ranked(probabilities, labels, k):
    for place in sorted(range(len(probabilities)), key=lambda place: -probabilities[place])[:k]:
        await asyncio.sleep(0)
        yield probabilities[place], labels[place]


async def _listed(probabilities, labels, k):
    flat = np.reshape(np.asarray(probabilities), -1)
    return [pair async for pair in _ranked(flat, labels, k)]


def top_k(probabilities, labels, k=5):
    return asyncio.run(_listed(probabilities, labels, k))


def classify(graph, image, labels, k=5, input_name="inception/input:0", output_name="inception/output:0"):
    async def best():
        with tf.compat.v1.Session(graph=graph) as session:
            found = await asyncio.to_thread(session.run, output_name, {input_name: image[None]})
        return await _listed(found, labels, k)

    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(best())
    finally:
        loop.close()
