// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef fusogen_base_units_h
#define fusogen_base_units_h

/**
 * Every number in fusogen is in nm, us (microseconds) and pN. Energies are therefore pN nm inside
 * the program; where a user reads or writes them they are in kT at the temperature of the run. Some
 * derived units: tension pN/nm (= 1 mN/m), pressure pN/nm^2 (= 1 MPa), surface viscosity pN us/nm
 * (= 1e-9 N s/m), bulk viscosity pN us/nm^2 (= 1 Pa s).
 */
namespace fusogen::units {
/** Boltzmann's constant [pN nm/K]; exact, from the definition of the kelvin (SI, 2019). */
inline constexpr double boltzmann = 0.01380649;

/** Temperature of a run unless the user says otherwise [K]. */
inline constexpr double room_temperature = 298.;

/** The energy kT at a temperature in kelvin [pN nm]; 4.1143 pN nm at 298 K. */
constexpr double thermal_energy(const double kelvin) { return boltzmann * kelvin; }

/** One micrometre [nm]. */
inline constexpr double micrometre = 1e3;
/** One millisecond [us]. */
inline constexpr double millisecond = 1e3;
/** One second [us]. */
inline constexpr double second = 1e6;
/** One pascal [pN/nm^2]. */
inline constexpr double pascal = 1e-6;
} // namespace fusogen::units

#endif
