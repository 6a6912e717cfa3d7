import { join, relative } from 'node:path';
import ts from 'typescript';
import { entries } from '../../scripts/entries.ts';

const root = join(import.meta.dirname, '..', '..');

/** The public fields, methods and exports without a doc comment, as `file: Export.field`. */
export function undocumented(): readonly string[] {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, root);
  const files = Object.values(entries).map((path) => join(root, path));
  const program = ts.createProgram(files, { ...options, types: [] });
  const checker = program.getTypeChecker();
  const found = new Set<string>();
  for (const file of files) {
    const source = program.getSourceFile(file);
    const module = source && checker.getSymbolAtLocation(source);
    for (const exported of module === undefined ? [] : checker.getExportsOfModule(module)) {
      const isAlias = (exported.flags & ts.SymbolFlags.Alias) !== 0;
      const symbol = isAlias ? checker.getAliasedSymbol(exported) : exported;
      missingOf(symbol, found);
    }
  }
  return [...found].toSorted();
}

/** Of an export itself, which one of its overloads or merged declarations describes, and of its fields. */
function missingOf({ name, declarations = [] }: ts.Symbol, found: Set<string>): void {
  const own = declarations
    .map((declaration) => ({ declaration, path: relative(root, declaration.getSourceFile().fileName) }))
    .filter(({ path }) => path.startsWith('src/'));
  const [first] = own;
  if (first !== undefined && !own.some(({ declaration }) => isDocumented(statementOf(declaration))))
    found.add(`${first.path}: ${name}`);
  for (const { declaration, path } of own)
    for (const member of membersOf(declaration)) missingAt(member, `${path}: ${name}`, found);
}

/** Of a field and, if its type is written out, of that type's own fields. */
function missingAt(member: ts.NamedDeclaration, owner: string, found: Set<string>): void {
  if (member.name === undefined) return;
  const field = `${owner}.${member.name.getText()}`;
  if (!isDocumented(member) && !isDiscriminant(member)) found.add(field);
  if (!ts.isPropertySignature(member) && !ts.isPropertyDeclaration(member)) return;
  for (const literal of member.type === undefined ? [] : literalsIn(member.type))
    for (const inner of literal.members) missingAt(inner, field, found);
}

/** What carries the comment of a declaration: for a variable, its statement. */
function statementOf(declaration: ts.Declaration): ts.Node {
  return ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
}

/** The fields that a type declares itself: those of other types are checked there. */
function membersOf(declaration: ts.Declaration): readonly ts.NamedDeclaration[] {
  if (ts.isInterfaceDeclaration(declaration)) return declaration.members;
  if (ts.isTypeAliasDeclaration(declaration))
    return literalsIn(declaration.type).flatMap(({ members }) => [...members]);
  if (ts.isClassDeclaration(declaration))
    return declaration.members.filter(
      (member) =>
        (ts.isPropertyDeclaration(member) || ts.isMethodDeclaration(member) || ts.isAccessor(member)) &&
        !ts.isPrivateIdentifier(member.name) &&
        (ts.getCombinedModifierFlags(member) & (ts.ModifierFlags.Private | ts.ModifierFlags.Override)) === 0,
    );
  return [];
}

function literalsIn(type: ts.TypeNode): readonly ts.TypeLiteralNode[] {
  if (ts.isTypeLiteralNode(type)) return [type];
  if (ts.isArrayTypeNode(type)) return literalsIn(type.elementType);
  if (ts.isTypeOperatorNode(type) || ts.isParenthesizedTypeNode(type)) return literalsIn(type.type);
  return ts.isUnionTypeNode(type) || ts.isIntersectionTypeNode(type) ? type.types.flatMap(literalsIn) : [];
}

function isDocumented(node: ts.Node): boolean {
  return ts.getJSDocCommentsAndTags(node).length > 0;
}

/** A field of one literal value, such as `type: 'text'`, which its type's comment describes. */
function isDiscriminant(node: ts.Node): boolean {
  return ts.isPropertySignature(node) && node.type !== undefined && ts.isLiteralTypeNode(node.type);
}
