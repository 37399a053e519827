import type { Level } from '../../status/status';
import { marks } from '../level';
import { type Html, html } from './html';

/** A level's mark, with its word for those who do not see it. */
export function renderMark(level: Level): Html {
  return html`<span class="mark ${level}"><span aria-hidden="true">${marks[level]}</span><span class="unseen">${level}: </span></span>`;
}

/** The mark and what is said of it. */
export function renderMarked(level: Level, text: string): Html {
  return html`${renderMark(level)} ${text || level}`;
}
