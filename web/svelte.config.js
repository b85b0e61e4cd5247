/* Styles go to a file of their own: the policy of the pages refuses styles that stand in the page. */
export default { compilerOptions: { css: "external", runes: true } };
