import { render, screen } from "@testing-library/react";
import { useEffect } from "react";
import { beforeEach, describe, expect, it } from "vitest";
import { standIns } from "../../tests/stage";
import { Dialog } from "./Dialog";

beforeEach(standIns);

describe("a dialog", () => {
  it("is open before what it holds has settled, so that a field may take the focus", () => {
    let open: boolean | undefined;
    function Field() {
      useEffect(() => {
        open = screen.getByRole<HTMLDialogElement>("dialog").open;
      }, []);
      return <input />;
    }
    render(
      <Dialog open title="Something" onClose={() => undefined}>
        <Field />
      </Dialog>,
    );
    expect(open).toBe(true);
  });
});
