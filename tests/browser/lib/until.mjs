/** Asks again and again until the answer is truthy and gives it; fails with `message` after `limit` milliseconds. */
export async function until(ask, limit = 30_000, message = 'the awaited condition did not come') {
  const end = Date.now() + limit;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(typeof message === 'function' ? await message() : message);
    await new Promise((next) => setTimeout(next, 40));
  }
}
