import type { Level } from '../../status/status';
import { marks } from '../level';
import { type Html, html } from './html';

/** A level's mark, with the level's name for screen readers. */
export function renderMark(level: Level): Html {
  return html`<span class="mark ${level}"><span aria-hidden="true">${marks[level]}</span><span class="unseen">${level}: </span></span>`;
}

/** A level's mark and a text; the level's name where the text is empty. */
export function renderMarked(level: Level, text: string): Html {
  return html`${renderMark(level)} ${text || level}`;
}
