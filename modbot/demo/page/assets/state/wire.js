// The page's own wire: snapshots in, what the visitor does out.
const TRY_AGAIN_MS = 1000;

// POST a JSON body. Answers {ok, error}; never throws, so that no press can end the page.
export async function post(path, body) {
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    const told = await answer.json();
    return { ...told, ok: answer.ok && told.ok === true, error: told.error || "" };
  } catch {
    return { ok: false, error: "The demo did not answer. Is it still running?" };
  }
}

// Watch the district. `onSnapshot` gets each whole snapshot, `onConnection` "live" or "lost". Answers a function that ends it.
export function watch(onSnapshot, onConnection) {
  let source = null;
  let timer = 0;
  let ended = false;

  function open() {
    source = new EventSource("/api/events");
    source.addEventListener("open", () => onConnection("live"));
    // The first one comes at once. Nothing else is read beside it: an older answer could overtake a newer event.
    source.addEventListener("state", (event) => ended || onSnapshot(JSON.parse(event.data)));
    source.addEventListener("error", lost);
  }

  function lost() {
    if (ended) return;
    onConnection("lost");
    // A browser tries again by itself after a cut line, but not after an answer that was no event stream.
    if (source.readyState === EventSource.CLOSED) timer = setTimeout(open, TRY_AGAIN_MS);
  }

  open();
  return () => {
    ended = true;
    clearTimeout(timer);
    source.close();
  };
}
