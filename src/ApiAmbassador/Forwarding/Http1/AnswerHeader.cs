namespace ApiAmbassador.Forwarding.Http1;

/// <summary>A line of an answer's head.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value, a letter a byte, without white space around it.</param>
/// <param name="Kind">What it is to us.</param>
internal readonly record struct AnswerHeader(string Name, string Value, HeaderKind Kind);
