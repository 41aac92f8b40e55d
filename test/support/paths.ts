/** The address of a path below /api/v1, or of a full one. */
export function urlOf(path: string): string {
  return path.startsWith('/api/') ? path : `/api/v1${path}`
}
