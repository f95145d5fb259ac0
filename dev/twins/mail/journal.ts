import { appendFile, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

const Message = z.object({
  id: z.string(),
  to: z.array(z.string()),
  from: z.string(),
  subject: z.string(),
  html: z.string(),
  text: z.string(),
  links: z.array(z.string()),
  at: z.string(),
});
export type Message = z.infer<typeof Message>;

/** The newest mails, in memory and, with a directory, in a file of one line each. */
export class Journal {
  readonly #file: string | null;
  readonly #most: number;
  #messages: Message[];

  private constructor(file: string | null, most: number, messages: Message[]) {
    this.#file = file;
    this.#most = most;
    this.#messages = messages;
  }

  /** What an earlier process kept. A line that cannot be read, as of a write that was cut short, is left out. */
  static async open(directory: string | undefined, most = 5_000): Promise<Journal> {
    if (!directory) return new Journal(null, most, []);
    await mkdir(directory, { recursive: true });
    const file = join(directory, "mail.jsonl");
    const lines = (await readFile(file, "utf8").catch(() => "")).split("\n");
    const kept = lines.flatMap(read).slice(-most);
    // whole again before anything is added: a new line after half a line would be lost with it
    await writeFile(`${file}.new`, kept.map((message) => `${JSON.stringify(message)}\n`).join(""));
    await rename(`${file}.new`, file);
    return new Journal(file, most, kept);
  }

  async add(messages: Message[]): Promise<void> {
    this.#messages = [...this.#messages, ...messages].slice(-this.#most);
    if (this.#file) await appendFile(this.#file, messages.map((message) => `${JSON.stringify(message)}\n`).join(""));
  }

  find(id: string): Message | undefined {
    return this.#messages.find((message) => message.id === id);
  }

  /** Newest first, at most 200; of one address, or of all. */
  newest(address?: string): Message[] {
    const wanted = address?.toLowerCase();
    return this.#messages
      .filter(({ to }) => !wanted || to.includes(wanted))
      .slice(-200)
      .toReversed();
  }
}

function read(line: string): Message[] {
  try {
    const message = Message.safeParse(JSON.parse(line));
    return message.success ? [message.data] : [];
  } catch {
    return [];
  }
}
