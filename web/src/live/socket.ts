import { endingOf, readEvent, type Transport } from "./events";

const PATH = "/api/v1/live";
const PROTOCOL = "chirrup.v1";

/** Live updates over a WebSocket. The token goes in the first message, so that no log has it. */
export const openSocket: Transport = (hello, { onEvent, onEnd }) => {
  const url = new URL(PATH, window.location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(url, PROTOCOL);
  const say = (message: object) => {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  };

  socket.onopen = () =>
    say({
      type: "hello",
      token: hello.token,
      ...(hello.lastEventId !== null && { last_event_id: hello.lastEventId }),
      ...(hello.known !== null && { known: hello.known }),
    });
  socket.onmessage = ({ data }: MessageEvent<unknown>) => {
    const event = typeof data === "string" ? readEvent(data) : null;
    if (event) onEvent(event);
  };
  socket.onclose = ({ code }) => onEnd(endingOf(code));

  return {
    talks: true,
    say,
    close: () => {
      socket.onopen = socket.onmessage = socket.onclose = null;
      const hangUp = () => socket.close(1000);
      // Browsers complain of what is closed before it was open.
      if (socket.readyState === WebSocket.CONNECTING) socket.onopen = hangUp;
      else hangUp();
    },
  };
};
