/** Who asks for a way back in, as far as they have said. */
export interface Applicant {
  practiceId: string;
  username: string;
}
