import type { Ref } from "preact";

interface Props {
  id: string;
  label: string;
  type: "text" | "password";
  autoComplete: "username" | "current-password" | "new-password" | "one-time-code";
  inputMode?: "numeric";
  /** The id of what tells more of it. */
  told?: string;
  inputRef?: Ref<HTMLInputElement>;
}

/** A labelled field of a form, named as its id; nothing that is typed there is checked for spelling. */
export function Field({ id, label, type, told, inputRef, ...rest }: Props) {
  const common = {
    ...rest,
    id,
    name: id,
    required: true,
    autoCapitalize: "none",
    spellcheck: false,
    "aria-describedby": told,
    ref: inputRef ?? null,
  } as const;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {type === "password" ? <input type="password" {...common} /> : <input type="text" {...common} />}
    </div>
  );
}

/** Read a field of a form that was sent. */
export function valueOf(form: HTMLFormElement, name: string): string {
  const value = new FormData(form).get(name);
  return typeof value === "string" ? value : "";
}
