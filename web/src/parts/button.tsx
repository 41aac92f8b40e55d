import { type ButtonHTMLAttributes, type ReactElement, type ReactNode, useEffect, useState } from 'react'
import { Icon, type IconName } from './icon.tsx'
import { Link, useMayOpen } from './link.tsx'

type Kind = 'primary' | 'secondary' | 'quiet' | 'danger'

type ButtonProps = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'type'> & {
  readonly kind?: Kind
  readonly icon?: IconName
  readonly type?: 'button' | 'submit'
  /** A request is running: the button keeps its width and cannot be pressed again. */
  readonly isBusy?: boolean
  readonly children: ReactNode
}

const classOf = (kind: Kind, extra = ''): string => `button button-${kind} ${extra}`

/** A button; one per view is `primary`. */
export function Button({
  kind = 'secondary',
  icon,
  isBusy,
  children,
  className,
  ...rest
}: ButtonProps): ReactElement {
  return (
    <button
      {...rest}
      type={rest.type ?? 'button'}
      className={classOf(kind, className)}
      disabled={rest.disabled || isBusy}
      aria-busy={isBusy || undefined}
    >
      {icon && <Icon name={icon} />}
      <span>{children}</span>
      {isBusy && <span className="spinner" aria-hidden="true" />}
    </button>
  )
}

/** A link that looks like a button. */
export function ButtonLink(props: {
  readonly href: string
  readonly kind?: Kind
  readonly icon?: IconName
  readonly children: ReactNode
}): ReactElement | null {
  if (!useMayOpen()(props.href)) return null
  return (
    <Link href={props.href} className={classOf(props.kind ?? 'secondary')}>
      {props.icon && <Icon name={props.icon} />}
      <span>{props.children}</span>
    </Link>
  )
}

type IconButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & {
  readonly icon: IconName
  readonly label: string
}

/** A button that shows only an icon; `label` is its name. */
export function IconButton({ icon, label, className, ...rest }: IconButtonProps): ReactElement {
  return (
    <button
      {...rest}
      type="button"
      className={`icon-button ${className ?? ''}`}
      aria-label={label}
      title={label}
    >
      <Icon name={icon} />
    </button>
  )
}

/** Copies a text, and says so for a moment. */
export function CopyButton({ text, label }: { readonly text: string; readonly label: string }): ReactElement {
  const [isCopied, setCopied] = useState(false)
  useEffect(() => {
    if (!isCopied) return
    const timer = setTimeout(() => setCopied(false), 1500)
    return () => clearTimeout(timer)
  }, [isCopied])
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={isCopied ? 'Copied' : label}
      title={label}
      onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}
    >
      <Icon name={isCopied ? 'check' : 'copy'} />
    </button>
  )
}

/** Ids that mean nothing to people: a part of one is enough, because it can be copied. */
const LAGO_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** A code, id or number in fixed width, with a button that copies it. */
export function Code({ text }: { readonly text: string }): ReactElement {
  return (
    <span className="code-copy">
      <code className={LAGO_ID.test(text) ? 'clip' : 'clip whole'}>{text}</code>
      <CopyButton text={text} label={`Copy ${text}`} />
    </span>
  )
}
