/** How long to wait before a stream that was refused is asked for again. */
const AGAIN_MS = 30_000;

/** What the live stream tells. */
export interface LiveEvents {
  /** Things of a kind have changed. */
  onChange(kind: string): void;
  /** Something was missed: whatever is shown may have changed. */
  onReset(): void;
  /** The server does not want to tell any more. */
  onRefused(): void;
}

/**
 * Follow what changes, until the returned function is called. The browser comes back by itself
 * after an interruption, and is told what it missed.
 */
export function followChanges(kinds: readonly string[], events: LiveEvents): () => void {
  let source: EventSource | null = null;
  let again: ReturnType<typeof setTimeout> | undefined;

  const open = (): void => {
    source = new EventSource(`/live?kinds=${kinds.join(",")}`);
    source.addEventListener("event", () => {
      events.onChange("event");
    });
    source.addEventListener("change", (message: MessageEvent<string>) => {
      const { kind } = JSON.parse(message.data) as { kind: string };
      events.onChange(kind);
    });
    source.addEventListener("reset", () => {
      events.onReset();
    });
    source.addEventListener("error", () => {
      if (source?.readyState !== EventSource.CLOSED) return;
      events.onRefused();
      again = setTimeout(() => {
        open();
        events.onReset();
      }, AGAIN_MS);
    });
  };

  open();
  return () => {
    clearTimeout(again);
    source?.close();
  };
}
