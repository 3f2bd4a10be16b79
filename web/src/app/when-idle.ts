/** Runs a task once the page has loaded and the browser has nothing better to do; the answer calls it off. */
export function whenIdle(task: () => void): () => void {
  let stopWaiting: () => void = () => undefined;
  const wait = () => {
    if ("requestIdleCallback" in window) {
      const handle = requestIdleCallback(task, { timeout: 2000 });
      stopWaiting = () => cancelIdleCallback(handle);
    } else {
      const handle = setTimeout(task, 200);
      stopWaiting = () => clearTimeout(handle);
    }
  };
  if (document.readyState === "complete") {
    wait();
  } else {
    window.addEventListener("load", wait, { once: true });
    stopWaiting = () => window.removeEventListener("load", wait);
  }
  return () => stopWaiting();
}
