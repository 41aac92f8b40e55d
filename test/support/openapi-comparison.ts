/** The part of an OpenAPI 3.1 document that the comparison reads. */
export type Description = {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

type Schema = {
  readonly $ref?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly additionalProperties?: Schema | boolean
  readonly allOf?: readonly Schema[]
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
}
type Parameter = { readonly $ref?: string; readonly name?: string; readonly in?: string }
type Content = { readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> }
type Operation = {
  readonly tags?: readonly string[]
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: Content & { readonly $ref?: string }
  readonly responses?: Readonly<Record<string, (Content & { readonly $ref?: string }) | undefined>>
}
export type Described = { readonly operation: Operation; readonly parameters: readonly Parameter[] }

const METHODS = ['get', 'post', 'put', 'patch', 'delete']

/** The operations below a prefix as `METHOD /path`, path parameters without their names. */
export function operationsOf(description: Description, prefix: string): Map<string, Described> {
  const operations = new Map<string, Described>()
  for (const [path, item] of Object.entries(description.paths)) {
    if (!path.startsWith(`${prefix}/`)) continue
    const shared = (item.parameters ?? []) as readonly Parameter[]
    for (const method of METHODS) {
      const operation = item[method] as Operation | undefined
      if (!operation) continue
      const key = `${method.toUpperCase()} ${path.slice(prefix.length).replace(/\{[^}]+\}/g, '{}')}`
      operations.set(key, { operation, parameters: [...shared, ...(operation.parameters ?? [])] })
    }
  }
  return operations
}

/** Keys to put before the properties that Lago describes. */
export type Roots = { readonly body?: string; readonly answer?: string }

/** What Lago's operation has and ours lacks, a line for each: query parameters, body and answer properties. */
export function compareOperation(both: {
  readonly lago: Description
  readonly theirs: Described
  readonly ours: Description
  readonly own: Described
  readonly roots: Roots
}): string[] {
  const { lago, theirs, ours, own, roots } = both
  return [
    ...lacking('query', queryNames(lago, theirs), queryNames(ours, own)),
    ...lacking(
      'body',
      below(roots.body, propertiesOfContent(lago, theirs.operation.requestBody)),
      propertiesOfContent(ours, own.operation.requestBody),
    ),
    ...lacking(
      'answer',
      below(roots.answer, propertiesOfContent(lago, theirs.operation.responses?.['200'])),
      propertiesOfContent(ours, own.operation.responses?.['200']),
    ),
    ...lacking(
      'status',
      new Set(Object.keys(theirs.operation.responses ?? {})),
      new Set(Object.keys(own.operation.responses ?? {})),
    ),
  ]
}

function below(root: string | undefined, names: ReadonlySet<string>): ReadonlySet<string> {
  return root === undefined ? names : new Set([...names].map((name) => `${root}.${name}`))
}

function lacking(kind: string, wanted: ReadonlySet<string>, had: ReadonlySet<string>): string[] {
  return [...wanted].filter((name) => !had.has(name)).map((name) => `${kind} ${name}`)
}

function queryNames(description: Description, described: Described): Set<string> {
  const parameters = described.parameters.map((parameter) => resolve(description, parameter))
  // An array of a query is written `name[]` by some and `name` by others.
  const names = parameters.filter((p) => p.in === 'query').map((p) => (p.name ?? '').replace(/\[\]$/, ''))
  return new Set(names)
}

function propertiesOfContent(
  description: Description,
  body: (Content & { readonly $ref?: string }) | undefined,
): Set<string> {
  const names = new Set<string>()
  if (!body) return names
  for (const media of Object.values(resolve(description, body).content ?? {})) {
    if (media.schema) collect(description, media.schema, '', names, [])
  }
  return names
}

/** All property paths of a schema: `wallet.rules[].name`; a branch that leads back into itself ends there. */
function collect(
  description: Description,
  schema: Schema,
  at: string,
  names: Set<string>,
  inside: readonly string[],
): void {
  if (schema.$ref !== undefined) {
    if (inside.includes(schema.$ref)) return
    const { $ref, ...beside } = schema
    collect(description, resolve(description, { $ref } as Schema), at, names, [...inside, $ref])
    collect(description, beside, at, names, inside)
    return
  }
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const path = at === '' ? name : `${at}.${name}`
    names.add(path)
    collect(description, property, path, names, inside)
  }
  if (schema.items) collect(description, schema.items, `${at}[]`, names, inside)
  if (typeof schema.additionalProperties === 'object') {
    collect(description, schema.additionalProperties, `${at}{}`, names, inside)
  }
  for (const part of [...(schema.allOf ?? []), ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]) {
    collect(description, part, at, names, inside)
  }
}

function resolve<T extends { readonly $ref?: string }>(description: Description, value: T): T {
  let found: unknown = value
  for (let steps = 0; steps < 10; steps += 1) {
    const { $ref } = found as { $ref?: string }
    if ($ref === undefined) return found as T
    found = $ref
      .slice(2)
      .split('/')
      .reduce<unknown>((node, key) => {
        return (node as Record<string, unknown>)[key.replaceAll('~1', '/').replaceAll('~0', '~')]
      }, description)
    if (found === undefined) throw new Error(`${$ref} leads nowhere`)
  }
  throw new Error('a chain of references does not end')
}
