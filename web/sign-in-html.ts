import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import type { Plugin } from 'vite'
import { SignInPage } from './src/entry/sign-in-page.tsx'

const PLACE = '<!-- sign-in-html.ts -->'

/** Draws the page to sign in into login.html, with the parts that all pages have, and serves it while developing. */
export function signInHtml(): Plugin {
  return {
    name: 'weir-sign-in-html',
    transformIndexHtml: (html) => html.replace(PLACE, renderToStaticMarkup(createElement(SignInPage))),
    configureServer: ({ middlewares }) => {
      middlewares.use((request, _response, next) => {
        request.url = request.url?.replace(/^\/login(?=\/?(\?|$))/, '/login.html')
        next()
      })
    },
  }
}
