import { type ReactElement, useState } from 'react'
import { API, type Write } from '../api/queries.ts'
import { Button, CopyButton } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { Segments } from './tabs.tsx'

const fullPath = (path: string): string => (path.startsWith('/api/') ? path : `${API}${path}`)

function curlOf({ method, path, body }: Write): string {
  const lines = [
    `curl -X ${method} "${location.origin}${fullPath(path)}"`,
    '  -H "Authorization: Bearer $WEIR_API_KEY"',
    ...(body === undefined
      ? []
      : [
          '  -H "Content-Type: application/json"',
          `  -d '${JSON.stringify(body, null, 2).replaceAll("'", "'\\''")}'`,
        ]),
  ]
  return lines.join(' \\\n')
}

function typescriptOf({ method, path, body }: Write): string {
  const lines = [
    `const answer = await fetch('${location.origin}${fullPath(path)}', {`,
    `  method: '${method}',`,
    '  headers: {',
    '    authorization: `Bearer ${process.env.WEIR_API_KEY}`,',
    ...(body === undefined ? [] : ["    'content-type': 'application/json',"]),
    '  },',
    ...(body === undefined
      ? []
      : [`  body: JSON.stringify(${JSON.stringify(body, null, 2).replaceAll('\n', '\n  ')}),`]),
    '})',
  ]
  return lines.join('\n')
}

/** A call of the API in code, to copy. */
export function ApiCall({ write }: { readonly write: Write }): ReactElement {
  const [language, setLanguage] = useState<'curl' | 'typescript'>('curl')
  const text = language === 'curl' ? curlOf(write) : typescriptOf(write)
  return (
    <div className="stack-tight">
      <div className="line-between">
        <Segments
          label="Language"
          options={[
            { value: 'curl', label: 'cURL' },
            { value: 'typescript', label: 'TypeScript' },
          ]}
          value={language}
          onChange={setLanguage}
        />
        <CopyButton text={text} label="Copy the code" />
      </div>
      <pre className="code-block" tabIndex={0} role="region" aria-label="Code of the API call">
        {text}
      </pre>
    </div>
  )
}

/** Shows the call of the API behind an action. */
export function ApiCallButton({ write }: { readonly write: Write }): ReactElement {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <Button kind="quiet" icon="code" onClick={() => setOpen(true)}>
        Show as API call
      </Button>
      <Dialog title="The same by API" isOpen={isOpen} onClose={() => setOpen(false)} isWide>
        <ApiCall write={write} />
      </Dialog>
    </>
  )
}
