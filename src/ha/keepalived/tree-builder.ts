import {
  type Block,
  type DefinitionNode,
  type Node,
  type Place,
  type Problem,
  type ProblemKind,
  problemAt,
  type StatementNode,
  type Token,
} from './syntax';

/** Deeper than any configuration, and no danger to the stack. */
const deepest = 16;

/** Makes a tree of tokens as they come. */
export class TreeBuilder {
  readonly nodes: Node[] = [];
  readonly problems: Problem[] = [];
  readonly #open: Block[] = [];
  #statement: StatementNode | undefined;
  /** Braces that were too deep to open a block. */
  #buried = 0;

  problem(kind: ProblemKind, place: Place): void {
    this.problems.push(problemAt(kind, place));
  }

  endLine(): void {
    this.#statement = undefined;
  }

  define(node: DefinitionNode): void {
    this.endLine();
    this.#here.push(node);
  }

  stray(token: Token): void {
    this.endLine();
    this.#here.push({ kind: 'stray', token });
  }

  add(token: Token): void {
    if (token.kind === '{') this.#opens(token);
    else if (token.kind === '}') this.#closes(token);
    else if (this.#statement) this.#statement.words.push(token);
    else {
      this.#statement = { kind: 'statement', words: [token] };
      this.#here.push(this.#statement);
    }
  }

  /** Says what is still open. */
  finish(): void {
    const [first] = this.#open;
    if (first) this.problem('not-closed', first.open);
  }

  get #here(): Node[] {
    return this.#open.at(-1)?.nodes ?? this.nodes;
  }

  #opens(token: Token): void {
    const owner = this.#statement ?? this.#here.at(-1);
    this.#statement = undefined;
    if (this.#buried > 0 || this.#open.length >= deepest) {
      if (this.#buried === 0) this.problem('too-deep', token);
      this.#buried += 1;
      this.stray(token);
    } else if (owner?.kind !== 'statement' || owner.block) {
      this.problem('stray-open', token);
      this.stray(token);
    } else {
      owner.block = { open: token, nodes: [] };
      this.#open.push(owner.block);
    }
  }

  #closes(token: Token): void {
    this.#statement = undefined;
    if (this.#buried > 0) {
      this.#buried -= 1;
      this.stray(token);
      return;
    }
    const block = this.#open.pop();
    if (block) block.close = token;
    else {
      this.problem('stray-close', token);
      this.stray(token);
    }
  }
}
