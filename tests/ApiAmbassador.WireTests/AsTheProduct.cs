using System.Runtime.CompilerServices;
using ApiAmbassador.Hosting;

namespace ApiAmbassador.WireTests;

/// <summary>Ambassadors in the tests' process serve as the product does. So does all else in it: a test that blocks holds up the sockets it waits for.</summary>
internal static class AsTheProduct
{
    [ModuleInitializer]
    internal static void Use() => EventThreads.Use();
}
