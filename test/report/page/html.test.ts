import { asHtml, html } from '../../../src/report/page/html';
import fc from '../../support/property';

test('what is put in is text; what is HTML already stays', () => {
  const inner = html`<b>${'a & b'}</b>`;
  expect(html`<p title="${'"\''}">${inner}${['<', 1]}${undefined}${false}${asHtml('<br>')}</p>`.text).toBe(
    '<p title="&quot;&#39;"><b>a &amp; b</b>&lt;1<br></p>',
  );
});

test('no text gets out of where it was put', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(html`${text}`.text).not.toMatch(/[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/);
    }),
  );
});
