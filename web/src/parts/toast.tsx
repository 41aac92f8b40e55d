import {
  createContext,
  type ReactElement,
  type ReactNode,
  useCallback,
  useContext,
  useMemo,
  useRef,
  useState,
} from 'react'
import { Icon } from './icon.tsx'
import { Link } from './link.tsx'

type Toast = {
  readonly id: number
  readonly kind: 'success' | 'error'
  readonly text: string
  readonly link: { readonly href: string; readonly text: string } | undefined
}

type Say = (text: string, link?: Toast['link']) => void
type Toasts = { readonly success: Say; readonly error: Say }

const ToastContext = createContext<Toasts | null>(null)
const SHOWN_MS = 6000
const SHOWN_MAX = 3

/** Short messages at the corner. Errors stay until they are closed. */
export function ToastProvider({ children }: { readonly children: ReactNode }): ReactElement {
  const [toasts, setToasts] = useState<readonly Toast[]>([])
  const next = useRef(0)
  const close = useCallback((id: number) => setToasts((all) => all.filter((each) => each.id !== id)), [])
  const say = useCallback(
    (kind: Toast['kind'], text: string, link: Toast['link']) => {
      const id = next.current++
      setToasts((all) => [...all.slice(1 - SHOWN_MAX), { id, kind, text, link }])
      if (kind === 'success') setTimeout(() => close(id), SHOWN_MS)
    },
    [close],
  )
  const value = useMemo<Toasts>(
    () => ({
      success: (text, link) => say('success', text, link),
      error: (text, link) => say('error', text, link),
    }),
    [say],
  )
  const of = (kind: Toast['kind']) => toasts.filter((each) => each.kind === kind)
  return (
    <ToastContext value={value}>
      {children}
      <div className="toasts">
        <div role="status">
          {of('success').map((toast) => (
            <One key={toast.id} toast={toast} close={close} />
          ))}
        </div>
        <div role="alert">
          {of('error').map((toast) => (
            <One key={toast.id} toast={toast} close={close} />
          ))}
        </div>
      </div>
    </ToastContext>
  )
}

function One({
  toast,
  close,
}: {
  readonly toast: Toast
  readonly close: (id: number) => void
}): ReactElement {
  return (
    <div className={`toast toast-${toast.kind}`}>
      <Icon name={toast.kind === 'success' ? 'check' : 'alert'} />
      <span className="grow">
        {toast.text} {toast.link && <Link href={toast.link.href}>{toast.link.text}</Link>}
      </span>
      <button type="button" className="icon-button" aria-label="Close" onClick={() => close(toast.id)}>
        <Icon name="close" />
      </button>
    </div>
  )
}

export function useToasts(): Toasts {
  const toasts = useContext(ToastContext)
  if (!toasts) throw new Error('no ToastProvider above')
  return toasts
}
