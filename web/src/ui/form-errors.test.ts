import { expect, it } from "vitest";
import { ApiProblem } from "@/api/problem";
import { formErrors } from "./form-errors";

const refused = (errors: { field: string; message: string }[]) =>
  new ApiProblem({ kind: "http", status: 422, detail: "A rule was broken.", errors });

it("puts a message to its field", () => {
  expect(formErrors(refused([{ field: "email", message: "Taken." }]), ["email", "password"])).toEqual({
    fields: { email: "Taken." },
    form: null,
  });
});

it("shows what belongs to no field of the form by itself", () => {
  expect(formErrors(refused([{ field: "use_cookie", message: "Unknown." }]), ["email"])).toEqual({
    fields: {},
    form: "Unknown.",
  });
});

it("is empty as long as nothing failed", () => {
  expect(formErrors(null, ["email"])).toEqual({ fields: {}, form: null });
});
