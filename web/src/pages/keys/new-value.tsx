import type { ReactElement, ReactNode } from 'react'
import { Button, CopyButton } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'

/** A secret that was just made, which nobody can see again. */
export function NewValue(props: {
  readonly value: string
  readonly onClose: () => void
  readonly title?: string
  /** What it is called on the button that copies it. */
  readonly noun?: string
  readonly children?: ReactNode
}): ReactElement {
  const { value, onClose, title = 'Your new key', noun = 'key' } = props
  return (
    <Dialog
      title={title}
      isOpen
      onClose={onClose}
      actions={
        <>
          <span className="grow" />
          <Button kind="primary" onClick={onClose}>
            I stored it
          </Button>
        </>
      }
    >
      <div className="stack">
        {props.children ?? (
          <p>Copy it now and keep it where only your server reads it. It is not shown again.</p>
        )}
        <span className="secret">
          <code data-testid="key-value">{value}</code>
          <CopyButton text={value} label={`Copy the ${noun}`} />
        </span>
      </div>
    </Dialog>
  )
}
