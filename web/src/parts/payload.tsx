import type { ReactElement } from 'react'
import { CopyButton } from './button.tsx'
import { Card } from './page.tsx'

/** A text that was sent or received, as it is. */
export function Payload({ title, text }: { readonly title: string; readonly text: string }): ReactElement {
  return (
    <Card title={title} aside={<CopyButton text={text} label={`Copy: ${title}`} />}>
      <pre className="code-block" tabIndex={0} role="region" aria-label={title}>
        {text}
      </pre>
    </Card>
  )
}

/** JSON with line breaks; any other text as it is. */
export function pretty(text: unknown): string {
  if (typeof text !== 'string') return JSON.stringify(text, null, 2)
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text // Not JSON, and shown as it came.
  }
}
