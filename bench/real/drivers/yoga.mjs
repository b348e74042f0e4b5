// Yoga, in C++: flexbox layout, as mobile applications do it.
import Yoga, { Direction, FlexDirection, Gutter, Wrap } from "yoga-layout";
import { randomNumbers } from "../inputs.mjs";

export default async function run() {
    const random = randomNumbers(12);
    const grow = (depth) => {
        const node = Yoga.Node.create();
        node.setFlexDirection(random() < 0.5 ? FlexDirection.Row : FlexDirection.Column);
        node.setFlexWrap(Wrap.Wrap);
        node.setGap(Gutter.All, 2);
        node.setFlexGrow(random());
        if (depth === 0) node.setMinWidth(5 + random() * 20), node.setHeight(5 + random() * 10);
        else for (let i = 0; i < 5; i++) node.insertChild(grow(depth - 1), i);
        return node;
    };
    const root = grow(4), found = [];
    for (let width = 300; width < 1200; width += 100) {
        root.setWidth(width);
        root.calculateLayout(width, 600, Direction.LTR);
        const visit = (node) => {
            found.push(node.getComputedLeft(), node.getComputedTop(), node.getComputedWidth());
            for (let i = 0; i < node.getChildCount(); i++) visit(node.getChild(i));
        };
        visit(root);
    }
    root.freeRecursive();
    return found.join();
}
