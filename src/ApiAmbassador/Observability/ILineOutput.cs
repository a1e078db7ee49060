namespace ApiAmbassador.Observability;

/// <summary>Where the access log goes: standard output, or what a test puts in its place.</summary>
internal interface ILineOutput
{
    /// <summary>Writes whole lines; may block for as long as it likes.</summary>
    /// <exception cref="IOException">They could not be written.</exception>
    void Write(ReadOnlySpan<byte> lines);
}
